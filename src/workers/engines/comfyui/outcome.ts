import { isOutOfMemory } from '../http/refusals.ts';
import { EngineError } from '../imageEngine.ts';
import type { HistoryEntry, OutputFile } from './server.ts';

export const hasSucceeded = ({ status }: HistoryEntry): boolean => status?.status_str !== 'error';

/** The file with the picture of a prompt that is over. @throws EngineError where there is none */
export const pictureFile = (promptId: string, { outputs, status }: HistoryEntry): OutputFile => {
  const messages = status?.messages ?? [];
  if (!hasSucceeded({ outputs, status })) throw failureOf(promptId, messages);
  const files = Object.values(outputs).flatMap(({ images }) => images);
  const found = files.find(({ type }) => type === 'output') ?? files[0];
  if (found === undefined)
    throw new EngineError(
      'engine_rejected',
      `prompt ${promptId} ended without an image: its workflow needs a SaveImage node`,
      false,
    );
  return found;
};

const failureOf = (
  promptId: string,
  messages: NonNullable<HistoryEntry['status']>['messages'],
): EngineError => {
  if (messages.some(([event]) => event === 'execution_interrupted'))
    // Not by us, for then nobody would read this: someone pressed stop in ComfyUI's own page.
    return new EngineError('engine_unavailable', `prompt ${promptId} was interrupted at ComfyUI`, true, {
      blame: 'request',
    });
  const error = messages.find(([event]) => event === 'execution_error')?.[1] ?? {};
  const text = `${String(error['exception_type'])}: ${String(error['exception_message'])}`;
  const where = `in node ${String(error['node_id'])} (${String(error['node_type'])})`;
  return new EngineError(
    isOutOfMemory(text) ? 'out_of_memory' : 'internal',
    `prompt ${promptId} failed ${where}: ${text.slice(0, 1_000)}`,
    true,
  );
};
