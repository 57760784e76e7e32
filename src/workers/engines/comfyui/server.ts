import { z } from 'zod';
import { type Answer, below, type Call, exchange, megabytes } from '../http/exchange.ts';
import { parsed, refusalOf } from '../http/refusals.ts';
import { EngineError } from '../imageEngine.ts';
import type { Graph } from './workflow.ts';

const file = z.object({ filename: z.string(), subfolder: z.string().default(''), type: z.string() });
export type OutputFile = z.infer<typeof file>;

const entry = z.object({
  outputs: z.record(z.string(), z.object({ images: z.array(file).default([]) })),
  status: z
    .object({
      status_str: z.string(),
      messages: z.array(z.tuple([z.string(), z.record(z.string(), z.unknown())])).default([]),
    })
    .nullish(),
});
/** What the server's history says of a prompt that is over. */
export type HistoryEntry = z.infer<typeof entry>;

const history = z.record(z.string(), entry);
const queued = z.array(z.tuple([z.number(), z.string()]).rest(z.unknown()));
const queue = z.object({ queue_running: queued, queue_pending: queued });
const accepted = z.object({ prompt_id: z.string() });

/** ComfyUI's HTTP routes, as far as they are needed. Each call has a time limit of its own. */
export interface ComfyuiServer {
  submit(promptId: string, clientId: string, graph: Graph, signal: AbortSignal): Promise<string>;
  historyOf(promptId: string, signal: AbortSignal): Promise<HistoryEntry | null>;
  /** Whether it waits or runs there. */
  isQueued(promptId: string, signal: AbortSignal): Promise<boolean>;
  view(file: OutputFile, signal: AbortSignal): Promise<Buffer>;
  /** Takes this prompt, and no other, off the queue or off the machine. */
  cancel(promptId: string, signal: AbortSignal): Promise<void>;
}

export const comfyuiServer = (base: URL, timeoutMs: number): ComfyuiServer => {
  const call = async (path: string, signal: AbortSignal, more: Partial<Call> = {}): Promise<Answer> => {
    const url = below(base, path);
    const answer = await exchange({ url, timeoutMs, maxBytes: megabytes(64), signal, ...more });
    if (answer.status !== 200) throw refusalOf(`ComfyUI ${url.pathname}`, answer);
    return answer;
  };
  const post = (path: string, json: unknown, signal: AbortSignal): Promise<Answer> =>
    call(path, signal, { method: 'POST', json });

  return {
    async submit(promptId, clientId, graph, signal) {
      const body = { prompt: graph, prompt_id: promptId, client_id: clientId };
      // Builds before 2026 give ids of their own.
      return parsed('ComfyUI /prompt', await post('prompt', body, signal), accepted).prompt_id;
    },
    async historyOf(promptId, signal) {
      const answer = await call(`history/${promptId}`, signal);
      return parsed('ComfyUI /history', answer, history)[promptId] ?? null;
    },
    async isQueued(promptId, signal) {
      const { queue_running, queue_pending } = parsed('ComfyUI /queue', await call('queue', signal), queue);
      return [...queue_running, ...queue_pending].some(([, id]) => id === promptId);
    },
    async view({ filename, subfolder, type }, signal) {
      const query = new URLSearchParams({ filename, subfolder, type });
      try {
        return (await call(`view?${query}`, signal)).body;
      } catch (cause) {
        if (!(cause instanceof EngineError) || cause.code !== 'engine_rejected') throw cause;
        // The file that the history names is gone: nothing that the person could ask otherwise.
        throw new EngineError('internal', cause.message, true, { cause });
      }
    },
    async cancel(promptId, signal) {
      // In this order: between them a waiting prompt may have been started.
      await post('queue', { delete: [promptId] }, signal);
      // Without its id this would stop whatever runs, somebody else's too.
      await post('interrupt', { prompt_id: promptId }, signal);
    },
  };
};
