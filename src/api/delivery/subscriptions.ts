import type { Config } from '../../config.ts';
import type { Position, UserId } from '../../events/ids.ts';
import type { Scope } from '../../projections/readModel.ts';
import type { Limits } from '../limits/limits.ts';
import type { Batch } from './batches.ts';
import { type BeginningParts, begin, type Granted } from './beginning.ts';
import { Following, type FollowingListener, type SharedParts } from './following.ts';
import { createInOrder } from './inOrder.ts';
import type { Outbox } from './outbox.ts';
import type { DeliveryReport } from './report.ts';
import { keyOf, nameOf, refusal, type SubscribeAnswer, type SubscribeRequest, scopeOf } from './requests.ts';
import type { EndCode } from './subscription.ts';

export type BatchMessage = Batch & ReturnType<typeof nameOf>;
export type EndMessage = ReturnType<typeof nameOf> & { readonly code: EndCode; readonly resume: Position };

/** How a connection speaks to its client. */
export interface Speaker {
  isConnected(): boolean;
  events(message: BatchMessage, onAcknowledged: () => void): void;
  unsubscribed(message: EndMessage): void;
  disconnect(): void;
}

export interface SubscriptionsParts {
  readonly shared: SharedParts &
    BeginningParts & {
      readonly config: Pick<Config, 'MAX_SUBSCRIPTIONS'>;
      readonly report: DeliveryReport;
      readonly allowance: Pick<Limits, 'subscriptions' | 'socketEvents'>;
    };
  readonly viewer: UserId;
  /** Where they come from. */
  readonly address: string;
  readonly outbox: Outbox;
  readonly speaker: Speaker;
}

/** What is being asked for. */
const createChanges = () => ({ inOrder: createInOrder(), beginning: new Set<string>() });

/**
 * The subscriptions of one connection: at most one a scope, changed in the order that was asked for. A class, as all that each
 * connection has of its own: as closures the whole cost an idle client 7 KB.
 */
export class Subscriptions implements FollowingListener {
  readonly #parts: SubscriptionsParts;
  readonly #active = new Map<string, Following>();
  /** Those that begin, where there was none before; and how many all are by the count of the person's. */
  #fresh = 0;
  #counted = 0;
  /** There only while something changes, which most of the time nothing does. */
  #changes: ReturnType<typeof createChanges> | null = null;

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts;
  }

  get count(): number {
    return this.#active.size;
  }

  async subscribe(request: SubscribeRequest, answer: (given: SubscribeAnswer) => void): Promise<void> {
    if ((this.#changes?.inOrder.waiting() ?? 0) >= 2 * this.#most) answer(refusal('unavailable'));
    else
      await this.#change(keyOf(scopeOf(request)), ({ beginning }) =>
        this.#subscribe(request, answer, beginning),
      );
  }

  unsubscribe(scope: Scope): Promise<void> {
    return this.#change(keyOf(scope), async () => this.#stop(keyOf(scope)));
  }

  tick(margin: number): void {
    for (const following of [...this.#active.values()]) following.tick(margin);
  }

  resumeIfRoom(): void {
    for (const following of [...this.#active.values()]) following.resumeIfRoom();
  }

  /** Each client hears where to go on from. */
  endAll(code: EndCode): void {
    for (const following of [...this.#active.values()]) following.end(code);
  }

  stopAll(): void {
    for (const key of [...this.#active.keys()]) this.#stop(key);
  }

  emit({ scope }: Following, batch: Batch, onAcknowledged: () => void): void {
    this.#parts.speaker.events({ ...nameOf(scope), ...batch }, onAcknowledged);
  }

  ended(which: Following, code: EndCode, resume: Position): void {
    const key = keyOf(which.scope);
    if (this.#active.get(key) === which) this.#active.delete(key);
    this.#recount();
    this.#parts.speaker.unsubscribed({ ...nameOf(which.scope), code, resume });
  }

  broken({ scope }: Following, error: unknown): void {
    this.#parts.shared.logger.error({ err: error, scope }, 'a subscription failed; its connection is closed');
    this.#parts.speaker.disconnect();
  }

  get #most(): number {
    return this.#parts.shared.config.MAX_SUBSCRIPTIONS;
  }

  #hasRoom(): boolean {
    const { viewer, address, shared } = this.#parts;
    const { subscriptions } = shared.allowance;
    return subscriptions.person.hasRoom(viewer) && subscriptions.address.hasRoom(address);
  }

  /** Tells the count of the person's and the address's what has come or gone here. */
  #recount(): void {
    const { viewer, address, shared } = this.#parts;
    const { subscriptions } = shared.allowance;
    const by = this.#active.size + this.#fresh - this.#counted;
    this.#counted += by;
    subscriptions.person.change(viewer, by);
    subscriptions.address.change(address, by);
  }

  async #change(
    key: string,
    operation: (changes: ReturnType<typeof createChanges>) => Promise<void>,
  ): Promise<void> {
    this.#changes ??= createChanges();
    const changes = this.#changes;
    try {
      await changes.inOrder.run(key, () => operation(changes));
    } finally {
      if (changes.inOrder.waiting() === 0) this.#changes = null;
    }
  }

  #stop(key: string): void {
    this.#active.get(key)?.stop();
    this.#active.delete(key);
    this.#recount();
  }

  #start(key: string, scope: Scope, { answer, ...granted }: Granted): void {
    const { shared, viewer, outbox } = this.#parts;
    const report = shared.report.began(answer);
    this.#active.set(
      key,
      new Following({ shared, scope, viewer, outbox, report, ...granted, listener: this }),
    );
    this.#recount();
  }

  /** The old subscription ends, the answer goes out and the new one starts in one turn: nothing gets between. */
  async #grant(request: SubscribeRequest, answer: (given: SubscribeAnswer) => void): Promise<void> {
    const { shared, viewer, outbox, speaker } = this.#parts;
    const scope = scopeOf(request);
    const key = keyOf(scope);
    let granted: Awaited<ReturnType<typeof begin>> = null;
    while (granted === null && speaker.isConnected()) {
      await outbox.room();
      granted = await begin(shared, request, viewer, () => outbox.hasRoom());
    }
    if (granted === null || !speaker.isConnected()) return;
    if (!('beginning' in granted)) return answer(granted);
    this.#stop(key);
    answer(granted.answer);
    this.#start(key, scope, granted);
  }

  async #subscribe(
    request: SubscribeRequest,
    answer: (given: SubscribeAnswer) => void,
    beginning: Set<string>,
  ): Promise<void> {
    const key = keyOf(scopeOf(request));
    const isNew = !this.#active.has(key) && !beginning.has(key);
    const others = new Set([...this.#active.keys(), ...beginning]).size;
    if (isNew && (others >= this.#most || !this.#hasRoom())) return answer(refusal('too_many_subscriptions'));
    beginning.add(key);
    if (isNew) this.#fresh += 1;
    this.#recount();
    try {
      await this.#grant(request, answer);
    } catch (error) {
      this.#parts.shared.logger.warn({ err: error, scope: request.scope }, 'a subscription can not begin');
      answer(refusal('unavailable'));
    } finally {
      beginning.delete(key);
      if (isNew) this.#fresh -= 1;
      this.#recount();
    }
  }
}
