import { pictureOf, type Reply, type ServedCall, serve } from './engineServer.ts';

export interface BflBehaviour {
  /** In place of taking the order. */
  submitReply: Reply | undefined;
  /** In place of saying how far it is. */
  pollReply: Reply | undefined;
  /** What it says until it is ready, one a poll. */
  before: readonly string[];
  isEndless: boolean;
  credits: number;
  /** Where it says that order and picture lie, in place of its own addresses. */
  pollingUrl: string | undefined;
  sample: string | undefined;
  sampleReply: Reply | undefined;
  /** Newer answers say `state`. */
  says: 'status' | 'state';
}

interface Order {
  readonly model: string;
  readonly key: string | undefined;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
}

/** A stand-in for the FLUX API. */
export const openBflServer = async () => {
  const behaviour: BflBehaviour = {
    ...{
      submitReply: undefined,
      pollReply: undefined,
      before: ['Pending'],
      isEndless: false,
      credits: 10,
      says: 'status',
    },
    ...{ pollingUrl: undefined, sample: undefined, sampleReply: undefined },
  };
  const orders: Order[] = [];
  const polls: { id: string; key: unknown }[] = [];

  const submit = ({ url, json, headers }: ServedCall): Reply => {
    const key = headers['x-key'];
    orders.push({ ...(json as Order), model: url.pathname.slice(4), key: key as string | undefined });
    if (behaviour.submitReply !== undefined) return behaviour.submitReply;
    const id = String(orders.length - 1);
    const own = new URL(`/elsewhere/result?id=${id}`, http.url).href;
    return { body: { id, polling_url: behaviour.pollingUrl ?? own, cost: 4 } };
  };

  const poll = ({ url, headers }: ServedCall): Reply => {
    const id = url.searchParams.get('id') ?? '';
    const before = behaviour.before[polls.filter((each) => each.id === id).length];
    polls.push({ id, key: headers['x-key'] });
    if (behaviour.pollReply !== undefined) return behaviour.pollReply;
    const told = behaviour.isEndless ? 'Pending' : (before ?? 'Ready');
    const sample = behaviour.sample ?? new URL(`/sample/${id}.png`, http.url).href;
    return { body: { id, [behaviour.says]: told, result: told === 'Ready' ? { sample } : null } };
  };

  const answer = async (call: ServedCall): Promise<Reply> => {
    const { pathname } = call.url;
    if (pathname === '/v1/credits') return behaviour.submitReply ?? { body: { credits: behaviour.credits } };
    if (pathname.startsWith('/v1/')) return submit(call);
    if (pathname === '/elsewhere/result') return poll(call);
    if (behaviour.sampleReply !== undefined) return behaviour.sampleReply;
    const order = orders[Number(/\d+/.exec(pathname)?.[0])];
    return order === undefined
      ? { status: 404, body: '' }
      : { body: pictureOf(order.seed, order.width, order.height) };
  };

  const http = await serve(answer);
  return { url: http.url, behaviour, orders, polls, close: http.close };
};
