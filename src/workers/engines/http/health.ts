import { type Answer, type Call, exchange, megabytes } from './exchange.ts';
import { refusalOf } from './refusals.ts';

const patience = 5_000;

/** Asks a route that draws nothing and costs nothing: who answers it with 200 is well. @throws EngineError */
export const askHealth = async (
  what: string,
  asked: Pick<Call, 'url' | 'headers' | 'signal'>,
): Promise<Answer> => {
  const answer = await exchange({ ...asked, timeoutMs: patience, maxBytes: megabytes(8) });
  if (answer.status !== 200) throw refusalOf(`${what} ${asked.url.pathname}`, answer);
  return answer;
};
