import { setTimeout as wait } from 'node:timers/promises';
import { pictureOf, type Reply, type ServedCall, serve } from './engineServer.ts';

export interface Automatic1111Behaviour {
  stepMs: number;
  /** Orders stop at this step until it is null again. */
  holdAt: number | null;
  /** In place of drawing. */
  reply: Reply | undefined;
  /** Older servers have no /internal/progress. */
  hasProgress: boolean;
  /** Puts a grid of all before the pictures. */
  sendsGrid: boolean;
  /** Images in place of those drawn. */
  images: readonly string[] | undefined;
}

interface Order {
  readonly prompt: string;
  readonly seed: number;
  readonly steps: number;
  readonly width: number;
  readonly height: number;
  readonly n_iter: number;
  readonly force_task_id: string;
}

/** A stand-in for AUTOMATIC1111 with `--api`: one order at a time, an interrupt that knows no order. */
export const openAutomatic1111Server = async () => {
  const behaviour: Automatic1111Behaviour = {
    ...{ stepMs: 0, holdAt: null, reply: undefined, hasProgress: true, sendsGrid: false, images: undefined },
  };
  const orders: Order[] = [];
  const authorizations = new Set<string | undefined>();
  const finished: { prompt: string; interrupted: boolean }[] = [];
  let line: Promise<unknown> = Promise.resolve();
  let active: Order | null = null;
  let step = 0;
  let interrupted = false;
  let isClosed = false;

  const run = async (order: Order): Promise<Reply> => {
    [active, step, interrupted] = [order, 0, false];
    const all = order.steps * order.n_iter;
    while (step < all && !interrupted && !isClosed) {
      await wait(behaviour.stepMs);
      if (behaviour.holdAt === null || step < behaviour.holdAt) step++;
      else await wait(2);
    }
    active = null;
    finished.push({ prompt: order.prompt, interrupted });
    const picture = (index: number) =>
      pictureOf((order.seed + index) % 2 ** 32, order.width, order.height).toString('base64');
    const pictures = behaviour.images ?? Array.from({ length: order.n_iter }, (_, index) => picture(index));
    const grid = behaviour.sendsGrid ? [pictureOf(1, 8, 8).toString('base64')] : [];
    const info = JSON.stringify({ seed: order.seed, index_of_first_image: grid.length });
    return { body: { images: [...grid, ...pictures], parameters: {}, info } };
  };

  const progress = (taskId: string): Reply => {
    if (!behaviour.hasProgress) return { status: 404, body: { detail: 'Not Found' } };
    const isActive = active?.force_task_id === taskId;
    const share = isActive && active !== null ? step / (active.steps * active.n_iter) : null;
    const preview =
      isActive && active !== null
        ? `data:image/png;base64,${pictureOf(7, active.width, active.height).toString('base64')}`
        : null;
    const told = { active: isActive, queued: !isActive, completed: false, progress: share, eta: null };
    return { body: { ...told, live_preview: preview, id_live_preview: step, textinfo: 'x' } };
  };

  const enqueue = (order: Order): Promise<Reply> => {
    const drawing = line.then(() => run(order));
    line = drawing;
    return drawing;
  };

  const answer = async ({ url, json, headers }: ServedCall): Promise<Reply> => {
    authorizations.add(headers.authorization);
    switch (url.pathname) {
      case '/sdapi/v1/txt2img':
        orders.push(json as Order);
        return behaviour.reply === undefined ? enqueue(json as Order) : behaviour.reply;
      case '/internal/progress':
        return progress((json as { id_task: string }).id_task);
      case '/sdapi/v1/samplers':
        return behaviour.reply ?? { body: [] };
      case '/sdapi/v1/interrupt':
        interrupted = true;
        return { body: {} };
      default:
        return { status: 404, body: { detail: 'Not Found' } };
    }
  };

  const http = await serve(answer);
  return {
    url: http.url,
    behaviour,
    orders,
    authorizations,
    finished,
    activePrompt: () => active?.prompt ?? null,
    /** Somebody else draws there too. */
    enqueueStranger: (prompt: string): void => {
      const size = { width: 64, height: 64, steps: 4, seed: 1, n_iter: 1 };
      void enqueue({ prompt, ...size, force_task_id: 'a stranger' });
    },
    close: () => {
      isClosed = true;
      return http.close();
    },
  };
};
