import { z } from 'zod';
import { ApiProblem } from './client.ts';
import type { Command } from './command.ts';
import type { Outgoing } from './outbox.ts';
import { parsed } from './parsed.ts';
import type { ClientStorage } from './storage.ts';

/*
 * Each command is an entry of its own, so that tabs which share a storage never overwrite each other's.
 * Its id is a UUID of version 7: the order of keys is the order in which commands were given.
 */

const refusal = z.object({
  status: z.number(),
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  reference: z.string().nullable(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
});
const kept = z.object({
  command: z.custom<Command>(
    (value) => z.object({ kind: z.enum(['post', 'cancel', 'retry']) }).safeParse(value).success,
  ),
  refusal: refusal.nullable(),
});

const textOf = ({ command, refusal: refused }: Outgoing): string => {
  if (refused === null) return JSON.stringify({ command, refusal: null });
  const { status, code, title, detail, reference, errors } = refused;
  return JSON.stringify({ command, refusal: { status, code, title, detail, reference, errors } });
};

/** null: written by something else, or by a version that wrote it otherwise. */
const outgoingOf = (id: string, text: string): Outgoing | null => {
  const found = kept.safeParse(parsed(text)).data;
  if (found === undefined) return null;
  const { command, refusal: refused } = found;
  if (refused === null) return { id, command, refusal: null };
  const { status, code, title, detail, reference, errors } = refused;
  return { id, command, refusal: new ApiProblem(status, code, title, detail, reference, errors) };
};

export interface OutboxKeeping {
  /** Everything kept, in the order in which it was given. */
  load(): Promise<readonly Outgoing[]>;
  save(outgoing: Outgoing): Promise<void>;
  remove(id: string): Promise<void>;
  /** Another tab that keeps its commands here too may have had it answered, or taken it out. After `save`. */
  isStillThere(id: string): Promise<boolean>;
}

/**
 * Keeps the outbox under a prefix of its own, one thing after another: what is asked of it happens after
 * what was asked before. A storage that fails (full, or forbidden by the browser) is told to `onTrouble`,
 * and what it didn't take lives as long as the client.
 */
export const createOutboxKeeping = (
  storage: ClientStorage,
  prefix: string,
  onTrouble: (cause: unknown) => void,
): OutboxKeeping => {
  const saved = new Set<string>();
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(otherwise: Value, act: () => Promise<Value>): Promise<Value> => {
    const done = before.then(act).catch((cause: unknown) => {
      onTrouble(cause);
      return otherwise;
    });
    before = done;
    return done;
  };
  const keyOf = (id: string) => `${prefix}${id}`;
  return {
    load: () =>
      inTurn([], async () => {
        const entries = await storage.entries(prefix);
        const found = entries.flatMap(([key, text]) => outgoingOf(key.slice(prefix.length), text) ?? []);
        for (const { id } of found) saved.add(id);
        return found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      }),
    save: (outgoing) =>
      inTurn(undefined, async () => {
        await storage.set(keyOf(outgoing.id), textOf(outgoing));
        saved.add(outgoing.id);
      }),
    remove: (id) =>
      inTurn(undefined, async () => {
        saved.delete(id);
        await storage.remove(keyOf(id));
      }),
    isStillThere: (id) =>
      inTurn(true, async () => !saved.has(id) || (await storage.entries(keyOf(id))).length > 0),
  };
};
