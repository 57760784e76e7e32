import type { Config } from '../config.ts';
import { decrypt } from '../events/log/encryption/codec.ts';
import { createKeyRing, KeyMissing, type KeyRing } from '../events/log/encryption/keyRing.ts';
import type { RecordedEvent } from '../events/log/eventLog.ts';
import type { PersonalBox } from '../events/metadata.ts';
import { keysUrl, openKeyStore } from '../stores.ts';

/** An event as far as the keys open it. */
export interface OpenedEvent {
  readonly event: RecordedEvent;
  /** Whose part of it was erased. */
  readonly erased: readonly string[];
  /** Whose part of it can't be read here, for their keys are not in the store. */
  readonly locked: readonly string[];
}

type Outcome = 'open' | 'erased' | 'locked';

const tryKey = async (keys: KeyRing, { person, generation }: PersonalBox): Promise<Outcome> => {
  try {
    return (await keys.forOpening(person, generation)) === null ? 'erased' : 'open';
  } catch (cause) {
    if (cause instanceof KeyMissing) return 'locked';
    throw cause;
  }
};

const openBoxes = async (event: RecordedEvent, keys: KeyRing | null): Promise<OpenedEvent> => {
  if (event.type === 'PersonErased') keys?.forget(String(event.data.personId));
  const { personal = [], ...metadata } = event.metadata;
  const outcomes = new Map<Outcome, PersonalBox[]>([
    ['open', []],
    ['erased', []],
    ['locked', []],
  ]);
  for (const box of personal) outcomes.get(keys === null ? 'locked' : await tryKey(keys, box))?.push(box);
  const open = outcomes.get('open') ?? [];
  const people = (outcome: Outcome): string[] => (outcomes.get(outcome) ?? []).map(({ person }) => person);
  const readable =
    keys === null || open.length === 0
      ? { ...event, metadata }
      : await decrypt({ ...event, metadata: { ...metadata, personal: open } }, keys);
  return { event: readable, erased: people('erased'), locked: people('locked') };
};

/** Opens events as the log keeps them: what the log's own reader refuses for want of a key is told here. */
export const withKeys = async <Result>(
  config: Config,
  run: (open: (event: RecordedEvent) => Promise<OpenedEvent>) => Promise<Result>,
): Promise<Result> => {
  const url = keysUrl(config);
  if (url === 'none') return run((event) => openBoxes(event, null));
  const keys = createKeyRing(await openKeyStore(url), () => performance.now());
  try {
    return await run((event) => openBoxes(event, keys));
  } finally {
    await keys.close();
  }
};
