import { setTimeout as wait } from 'node:timers/promises';
import { pictureOf, type Reply, type ServedCall, serve } from './engineServer.ts';

/** How the server answers; as OpenAI's own by default. */
export interface OpenaiBehaviour {
  /** In place of drawing. */
  reply: Reply | undefined;
  /** Whether it streams when asked to; servers of others may not. */
  streams: boolean;
  /** Partial images that it sends; fewer than asked for is normal. */
  partials: number;
  /** Events in place of `completed`. */
  lastEvents: readonly string[] | undefined;
  /** Answers by address, in place of the bytes; null: by bytes. */
  address: string | null;
  /** Draws until it is hung up on. */
  isEndless: boolean;
}

interface Asked {
  readonly model: string;
  readonly prompt: string;
  readonly n: number;
  readonly size: string;
  readonly stream?: boolean;
  readonly partial_images?: number;
  readonly response_format?: string;
}

/** A stand-in for the Images API, over real HTTP with real server-sent events. */
export const openOpenaiServer = async () => {
  const behaviour: OpenaiBehaviour = {
    reply: undefined,
    streams: true,
    partials: 2,
    lastEvents: undefined,
    address: null,
    isEndless: false,
  };
  const asked: (Asked & { authorization: string | undefined })[] = [];
  const fetched: string[] = [];
  let hungUp = 0;

  const stream = async ({ response }: ServedCall, body: Asked, [width, height]: number[]): Promise<void> => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    const say = (event: string, data: object): void => {
      response.write(`event: ${event}\r\ndata: ${JSON.stringify({ type: event, ...data })}\r\n\r\n`);
    };
    const encoded = (share: number): string =>
      pictureOf(7, width ?? 0, height ?? 0, share).toString('base64');
    const partials = Math.min(behaviour.partials, body.partial_images ?? 0);
    response.write(': a comment that keeps the line open\r\n\r\n');
    for (let index = 0; index < partials; index++)
      say('image_generation.partial_image', { b64_json: encoded(0.5), partial_image_index: index });
    while (behaviour.isEndless && !response.destroyed) await wait(5);
    if (behaviour.lastEvents === undefined) say('image_generation.completed', { b64_json: encoded(1) });
    for (const event of behaviour.lastEvents ?? []) response.write(event);
    response.end();
  };

  const answer = async (call: ServedCall): Promise<Reply | 'handled'> => {
    const { url, json, headers, response } = call;
    if (url.pathname === '/v1/models') return behaviour.reply ?? { body: { data: [] } };
    if (url.pathname !== '/v1/images/generations') {
      fetched.push(url.pathname);
      return { body: pictureOf(7, 64, 96) };
    }
    const body = json as Asked;
    asked.push({ ...body, authorization: headers.authorization });
    response.on('close', () => {
      if (!response.writableFinished) hungUp++;
    });
    if (behaviour.reply !== undefined) return behaviour.reply;
    const size = body.size.split('x').map(Number);
    if (body.stream === true && behaviour.streams) {
      await stream(call, body, size);
      return 'handled';
    }
    while (behaviour.isEndless && !response.destroyed) await wait(5);
    const bytes = pictureOf(7, size[0] ?? 0, size[1] ?? 0).toString('base64');
    const data = [behaviour.address === null ? { b64_json: bytes } : { url: behaviour.address }];
    return { body: { created: 1, data } };
  };

  const http = await serve(answer);
  return {
    url: http.url,
    behaviour,
    asked,
    /** Paths of other addresses of this server that were fetched. */
    fetched,
    hungUp: () => hungUp,
    close: http.close,
  };
};
