import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCanvas } from '@napi-rs/canvas';

/** An answer to an engine's call; null: none, the connection hangs until it is cut. */
export type Reply = {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
} | null;

export interface ServedCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  /** The JSON of the body, or null. */
  readonly json: unknown;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A real HTTP server on a free port of this machine, closed with all its connections. */
export const serve = async (answer: (call: ServedCall) => Promise<Reply | 'handled'>) => {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString('utf8');
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const { method = 'GET', headers } = request;
      const json: unknown = text === '' ? null : JSON.parse(text);
      const reply = await answer({ method, url, headers, json, request, response });
      if (reply === null || reply === 'handled') return;
      const isBytes = Buffer.isBuffer(reply.body);
      const body = isBytes || typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
      const type = isBytes ? 'image/png' : 'application/json';
      response.writeHead(reply.status ?? 200, { 'content-type': type, ...reply.headers }).end(body);
    })().catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  return {
    server,
    url: new URL(`http://127.0.0.1:${port}`),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/** A picture that depends on seed and size alone. */
export const pictureOf = (seed: number, width: number, height: number, share = 1): Buffer => {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = `hsl(${seed % 360} 60% 50%)`;
  context.fillRect(0, 0, width, Math.max(1, Math.round(height * share)));
  return canvas.toBuffer('image/png');
};
