import { z } from 'zod';
import { type Answer, below, type Call, exchange, megabytes } from '../http/exchange.ts';
import { parsed, refusalOf } from '../http/refusals.ts';

const taskProgress = z.object({
  active: z.boolean(),
  queued: z.boolean(),
  completed: z.boolean(),
  progress: z.number().nullish(),
  live_preview: z.string().nullish(),
  id_live_preview: z.number().nullish(),
});
/** How far a task is; `active` is said of the one that the machine works on. */
export type TaskProgress = z.infer<typeof taskProgress>;

const drawn = z.object({ images: z.array(z.string()), info: z.string().default('{}') });
const info = z.object({ index_of_first_image: z.number().int().min(0).default(0) });

export interface Automatic1111Server {
  /** Answers when it is drawn, with every image of it. */
  txt2img(order: object, timeoutMs: number, signal: AbortSignal): Promise<Buffer[]>;
  /** Null where the server has no such route: it can't say whose work it is at. */
  progressOf(taskId: string, lastPreview: number, signal: AbortSignal): Promise<TaskProgress | null>;
  /** Stops whatever the machine works on, whosever it is. */
  interrupt(signal: AbortSignal): Promise<void>;
}

const patience = 10_000;

/** The routes of AUTOMATIC1111's web UI, and of Forge and SD.Next that came of it, as far as they are needed. */
export const automatic1111Server = (base: URL): Automatic1111Server => {
  const call = (path: string, json: object, timeoutMs: number, signal: AbortSignal): Promise<Answer> => {
    const sent = { url: below(base, path), method: 'POST', json, timeoutMs } as const;
    return exchange({ ...sent, maxBytes: megabytes(256), signal } satisfies Call);
  };
  const succeeded = (path: string, answer: Answer): Answer => {
    if (answer.status !== 200) throw refusalOf(`AUTOMATIC1111 /${path}`, answer);
    return answer;
  };

  return {
    async txt2img(order, timeoutMs, signal) {
      const path = 'sdapi/v1/txt2img';
      const answer = succeeded(path, await call(path, order, timeoutMs, signal));
      const { images, info: text } = parsed('AUTOMATIC1111', answer, drawn);
      // Of several pictures the first image can be a grid of them all.
      const { index_of_first_image: first } = parsed('AUTOMATIC1111', { body: Buffer.from(text) }, info);
      return images.slice(first).map(bytesOf);
    },
    async progressOf(taskId, lastPreview, signal) {
      const path = 'internal/progress';
      const asked = { id_task: taskId, id_live_preview: lastPreview, live_preview: true };
      const answer = await call(path, asked, patience, signal);
      return answer.status === 404 ? null : parsed('AUTOMATIC1111', succeeded(path, answer), taskProgress);
    },
    async interrupt(signal) {
      const path = 'sdapi/v1/interrupt';
      succeeded(path, await call(path, {}, patience, signal));
    },
  };
};

/** Base64, as a data: address or bare. */
export const bytesOf = (encoded: string): Buffer =>
  Buffer.from(encoded.replace(/^data:[^,]*,/, ''), 'base64');
