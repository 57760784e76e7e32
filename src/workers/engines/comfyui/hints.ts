import { WebSocket } from 'ws';
import { z } from 'zod';
import { below, megabytes } from '../http/exchange.ts';

const message = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) });
const metadata = z.object({ prompt_id: z.string().optional() });

export type Hint =
  | { readonly kind: 'message'; readonly type: string; readonly data: Readonly<Record<string, unknown>> }
  /** An image of the work as it stands; `promptId` is null where the frame doesn't say whose. */
  | { readonly kind: 'preview'; readonly promptId: string | null; readonly bytes: Uint8Array }
  /** Connected, for the first time or again: what was said meanwhile is lost. */
  | { readonly kind: 'connected' };

export interface Hints {
  /** Resolves when connected, or when the first try has failed: a drawing doesn't depend on it. */
  readonly tried: Promise<void>;
  close(): void;
}

const handshakeTimeout = 5_000;

/**
 * Listens to ComfyUI's WebSocket, and connects again whenever it is cut, until closed. What comes here is
 * never the truth, only a reason to look: frames get lost, and a silent socket looks like an open one.
 */
export const listenForHints = (
  base: URL,
  clientId: string,
  reconnectMs: number,
  heard: (hint: Hint) => void,
): Hints => {
  let isClosed = false;
  let socket: WebSocket | null = null;
  let again: NodeJS.Timeout | undefined;

  const address = below(base, `ws?clientId=${clientId}`);
  const signIn = signInOf(base);
  // Taken out: from the address `ws` would send them as they are escaped there, which is another password.
  address.username = '';
  address.password = '';
  address.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';

  const open = (tried: () => void): void => {
    const opening = new WebSocket(address, {
      handshakeTimeout,
      maxPayload: megabytes(32),
      followRedirects: false,
      ...(signIn === null ? {} : { auth: signIn }),
    });
    socket = opening;
    opening.on('open', () => {
      // Must be the first message, else previews come without the id of their prompt.
      opening.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }));
      heard({ kind: 'connected' });
      tried();
    });
    opening.on('message', (data, isBinary) => {
      const bytes = Buffer.isBuffer(data)
        ? data
        : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
      const hint = isBinary ? readFrame(bytes) : readMessage(bytes);
      if (hint !== null) heard(hint);
    });
    // A close follows every error, and says all that matters here: that there are no hints for now.
    opening.on('error', () => {});
    opening.on('close', () => {
      tried();
      if (!isClosed) again = setTimeout(() => open(() => {}), reconnectMs);
    });
  };

  return {
    tried: new Promise((resolve) => open(resolve)),
    close() {
      isClosed = true;
      clearTimeout(again);
      socket?.terminate();
    },
  };
};

const signInOf = ({ username, password }: URL): string | null =>
  username === '' && password === '' ? null : [username, password].map(decodeURIComponent).join(':');

const readMessage = (bytes: Buffer): Hint | null => {
  const read = message.safeParse(parsedJson(bytes));
  return read.success ? { kind: 'message', ...read.data } : null;
};

/** Binary frames: a number that says what follows, then an image (1), or its metadata and the image (4). */
export const readFrame = (frame: Buffer): Hint | null => {
  if (frame.length <= 8) return null;
  const kind = frame.readUInt32BE(0);
  if (kind === 1) return { kind: 'preview', promptId: null, bytes: frame.subarray(8) };
  if (kind !== 4) return null;
  const end = 8 + frame.readUInt32BE(4);
  const about = metadata.safeParse(parsedJson(frame.subarray(8, end)));
  if (!about.success || frame.length <= end) return null;
  return { kind: 'preview', promptId: about.data.prompt_id ?? null, bytes: frame.subarray(end) };
};

const parsedJson = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // A hint that can't be read is no hint.
    return null;
  }
};
