import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/** An event as the stand-in keeps it; data and metadata are bytes to it, as they are to a real server. */
export interface StoredEvent {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly contentType: string;
  readonly data: Buffer;
  readonly metadata: Buffer;
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly created: number;
}

export type ProposedEvent = Pick<StoredEvent, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

export type Expected = number | 'no_stream' | 'stream_exists' | 'any';

export type LogOutcome =
  | { readonly kind: 'appended'; readonly revision: number; readonly position: number }
  | { readonly kind: 'wrongVersion'; readonly actual: number | null };
export type Outcome = LogOutcome | { readonly kind: 'declined'; readonly why: string };

/** One line of the file, one append: whole or, where the process died writing it, not there. */
interface Line {
  readonly stream: string;
  readonly created: number;
  readonly events: readonly (Omit<ProposedEvent, 'data' | 'metadata'> & { data: string; metadata: string })[];
}

const lineOf = (stream: string, created: number, events: readonly ProposedEvent[]): string => {
  const line: Line = {
    stream,
    created,
    events: events.map((event) => ({
      ...event,
      data: event.data.toString('base64'),
      metadata: event.metadata.toString('base64'),
    })),
  };
  return `${JSON.stringify(line)}\n`;
};

const wholeLines = (file: string): Line[] => {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line));
};

/**
 * What the stand-in remembers, in memory and, where there is a file, in a file that SIGKILL leaves whole.
 * It decides appends as the server does: a repetition at the revision that it was written at is
 * recognized by its ids; at the current revision ids are not looked at; `any` and `stream_exists`
 * recognize what is still in a cache, which a restart forgets.
 */
export const openStandInLog = (file?: string) => {
  const all: StoredEvent[] = [];
  const streams = new Map<string, StoredEvent[]>();
  const cache = new Map<string, StoredEvent>();
  const watchers = new Set<() => void>();
  /** Positions have gaps, as on a real server, where they count bytes. */
  let nextPosition = 0;

  const store = (stream: string, created: number, events: readonly ProposedEvent[]): StoredEvent[] => {
    const of = streams.get(stream) ?? [];
    const stored = events.map((event, index): StoredEvent => {
      const position = nextPosition;
      nextPosition += 150 + event.data.length + event.metadata.length;
      return { ...event, stream, created, revision: of.length + index, position };
    });
    of.push(...stored);
    all.push(...stored);
    streams.set(stream, of);
    return stored;
  };

  for (const { stream, created, events } of file === undefined ? [] : wholeLines(file))
    store(
      stream,
      created,
      events.map(({ data, metadata, ...event }) => ({
        ...event,
        data: Buffer.from(data, 'base64'),
        metadata: Buffer.from(metadata, 'base64'),
      })),
    );
  const handle = file === undefined ? undefined : openSync(file, 'a');

  const write = (stream: string, events: readonly ProposedEvent[]): StoredEvent[] => {
    const created = Date.now();
    if (handle !== undefined) writeSync(handle, lineOf(stream, created, events));
    const stored = store(stream, created, events);
    for (const event of stored) cache.set(event.id, event);
    for (const wake of [...watchers]) wake();
    return stored;
  };

  /** Where these events lie in the stream from this revision on; null where they don't. */
  const repeated = (of: readonly StoredEvent[], from: number, events: readonly ProposedEvent[]) => {
    const last = of[from + events.length - 1];
    const isSame = events.every(({ id }, index) => of[from + index]?.id === id);
    return isSame && last !== undefined ? last : null;
  };

  const append = (stream: string, expected: Expected, events: readonly ProposedEvent[]): LogOutcome => {
    const of = streams.get(stream) ?? [];
    const current = of.length - 1;
    const wrong: LogOutcome = { kind: 'wrongVersion', actual: of.length === 0 ? null : current };
    const appended = ({ revision, position }: StoredEvent): LogOutcome => ({
      kind: 'appended',
      revision,
      position,
    });
    const first = cache.get(events[0]?.id ?? '');
    let earlier: StoredEvent | null = null;
    if (expected === 'any' || expected === 'stream_exists') {
      if (expected === 'stream_exists' && of.length === 0) return wrong;
      if (first?.stream === stream) earlier = repeated(of, first.revision, events);
    } else {
      const at = expected === 'no_stream' ? -1 : expected;
      if (at > current) return wrong;
      if (at < current) {
        earlier = repeated(of, at + 1, events);
        if (earlier === null) return wrong;
      }
    }
    if (earlier !== null) return appended(earlier);
    const last = write(stream, events).at(-1);
    if (last === undefined) throw new Error('an append without events');
    return appended(last);
  };

  /** Index in `all` of the first event at or after this position. */
  const indexOf = (position: number): number => {
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((all[middle]?.position ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    all: all as readonly StoredEvent[],
    stream: (name: string): readonly StoredEvent[] | undefined => streams.get(name),
    append,
    indexOf,
    /** As after a restart: ids of appends that stated no revision are known no more. */
    forget: (): void => cache.clear(),
    /** Calls `wake` after each append until the answer is called. */
    watch: (wake: () => void) => {
      watchers.add(wake);
      return () => watchers.delete(wake);
    },
    close: (): void => {
      if (handle !== undefined) closeSync(handle);
    },
  };
};
export type StandInLog = ReturnType<typeof openStandInLog>;
