import { createAlarm } from './alarm.ts';
import { backoff } from './backoff.ts';
import type { ViewState } from './client.ts';
import { type Cursor, receive } from './cursor.ts';
import type { Line, ScopeTarget, Timing } from './scopeTarget.ts';
import type { Address, EventBatch, SubscribeAnswer, Unsubscribed } from './wire.ts';

const longestPause = 10_000;

/**
 * Keeps one scope complete. It subscribes with its cursor after each reconnect, silence, gap and cut;
 * hands each event to the target once and in order; and acknowledges what was applied.
 *
 * At most one subscribe is on its way. Batches that come meanwhile are of the subscription before it,
 * and good under the same rules; but not while a snapshot is awaited, which replaces all of it.
 */
export class ScopeFollower {
  readonly #address: Address;
  readonly #target: ScopeTarget;
  readonly #line: Line;
  readonly #timing: Timing;
  #view: ViewState = 'loading';
  #cursor: Cursor | null = null;
  #wantsSnapshot = true;
  /** What is awaited: an answer that comes after it was given up is none. */
  #asked: symbol | null = null;
  /** Subscribes in a row that came to nothing, and those because of what was received. */
  #failures = 0;
  #repairs = 0;
  #isClosed = false;
  /** When something was heard last, by the clock that goes on while this machine sleeps. */
  #heardAt = Date.now();
  readonly #silence = createAlarm(() => this.#askAfterSilence());
  readonly #retry = createAlarm(() => this.#subscribe());

  constructor(address: Address, target: ScopeTarget, line: Line, timing: Timing) {
    this.#address = address;
    this.#target = target;
    this.#line = line;
    this.#timing = timing;
  }

  get cursor(): Cursor | null {
    return this.#cursor;
  }

  get #isGone(): boolean {
    return this.#view === 'lost' || this.#view === 'not_found';
  }

  /** What the target holds is complete up to this cursor, from another time; before it is connected. */
  restore(cursor: Cursor): void {
    this.#cursor = cursor;
    this.#wantsSnapshot = false;
    this.#show('stale');
  }

  connected(): void {
    this.#failures = 0;
    this.#repairs = 0;
    this.#subscribe();
  }

  disconnected(): void {
    this.#rest();
    this.#showStale();
  }

  /** Asks for a snapshot: what is held can't be trusted, or not brought up by events. */
  readAgain(): void {
    this.#wantsSnapshot = true;
    this.#showStale();
    this.#repair();
  }

  /** Asks again for a scope that was gone: somebody may have let us in. */
  reopen(): void {
    if (this.#isGone) this.#subscribe();
  }

  /** This machine may have slept: the timer for silence has, and what was to come may be lost. */
  woken(): void {
    const isSilent = Date.now() - this.#heardAt >= 2 * this.#timing.tickMs;
    if (isSilent && this.#cursor !== null && !this.#isGone) this.#askAfterSilence();
  }

  receive(batch: EventBatch, acknowledge: () => void): void {
    if (this.#isClosed || this.#isGone || this.#cursor === null || this.#wantsSnapshot) return;
    const { state, action, events } = receive(this.#cursor, batch);
    if (action === 'resubscribe') {
      this.#repair();
      return;
    }
    if (events.length > 0) {
      if (this.#target.apply(events, state) === 'read_again') {
        this.readAgain();
        return;
      }
      this.#repairs = 0;
    }
    this.#cursor = state;
    this.#target.reached?.(state);
    if (this.#asked === null) {
      this.#hear();
      this.#show(batch.live ? 'live' : 'catching_up');
    }
    acknowledge();
  }

  unsubscribed({ code }: Unsubscribed): void {
    if (code === 'permission_lost') this.#leave();
    else if (code === 'slow_consumer') this.#repair();
    else this.#showStale();
  }

  close(): void {
    this.#isClosed = true;
    this.#rest();
    this.#line.unsubscribe(this.#address);
  }

  #askAfterSilence(): void {
    this.#showStale();
    this.#subscribe();
  }

  #subscribe(): void {
    if (this.#isClosed || !this.#line.isConnected || this.#asked !== null) return;
    this.#silence.clear();
    this.#retry.clear();
    const { scope, id } = this.#address;
    const from = this.#wantsSnapshot ? null : this.#cursor;
    const request = {
      scope,
      ...(id === undefined ? {} : { id }),
      ...(from === null ? {} : { after: from.through, logId: from.logId }),
    };
    const settle = (answer: SubscribeAnswer | null) => this.#answered(answer);
    this.#line.subscribe(request, this.#ask(settle));
  }

  /** Awaits one thing. What comes of it after a disconnect, or a close, is not heard. */
  #ask<Answer>(heard: (answer: Answer) => void): (answer: Answer) => void {
    const asked = Symbol();
    this.#asked = asked;
    return (answer) => {
      if (this.#asked !== asked) return;
      this.#asked = null;
      heard(answer);
    };
  }

  #answered(answer: SubscribeAnswer | null): void {
    if (answer === null) this.#tryLater();
    else if (!answer.ok) this.#refused(answer.code);
    else if (answer.mode !== 'replay') {
      this.#cursor = { logId: answer.logId, through: answer.position };
      this.#wantsSnapshot = false;
      this.#target.take(answer.snapshot, this.#cursor);
      this.#target.reached?.(this.#cursor);
      this.#follow('live');
    } else if (this.#wantsSnapshot) this.#repair();
    else this.#follow('catching_up');
  }

  #follow(view: ViewState): void {
    this.#failures = 0;
    this.#hear();
    this.#show(view);
  }

  #hear(): void {
    this.#heardAt = Date.now();
    this.#silence.set(2 * this.#timing.tickMs);
  }

  #refused(code: Extract<SubscribeAnswer, { ok: false }>['code']): void {
    if (code === 'not_found') {
      if (this.#cursor !== null || this.#target.isMissing === undefined) this.#leave();
      else this.#makeSure(this.#target.isMissing());
      return;
    }
    // A cursor that the server can't read won't get better; without one, all that is left is to wait.
    if (code === 'invalid') this.#wantsSnapshot = true;
    this.#tryLater();
  }

  #makeSure(missing: Promise<boolean>): void {
    const settle = this.#ask((isMissing: boolean) => (isMissing ? this.#leave() : this.#tryLater()));
    missing.then(settle, () => settle(false));
  }

  #leave(): void {
    this.#rest();
    this.#show(this.#cursor === null ? 'not_found' : 'lost');
  }

  /** Nothing is awaited and nothing will be asked for, until something comes from outside. */
  #rest(): void {
    this.#asked = null;
    this.#silence.clear();
    this.#retry.clear();
  }

  #tryLater(): void {
    this.#retry.set(backoff(this.#failures, this.#timing.retryMs, longestPause));
    this.#failures += 1;
  }

  /** At once the first time; then after pauses that grow until events are applied again. */
  #repair(): void {
    if (this.#asked !== null || this.#retry.isSet()) return;
    if (this.#repairs === 0) this.#subscribe();
    else this.#retry.set(backoff(this.#repairs, this.#timing.retryMs, longestPause));
    this.#repairs += 1;
  }

  #showStale(): void {
    if (!this.#isGone && this.#view !== 'loading') this.#show('stale');
  }

  #show(view: ViewState): void {
    this.#view = view;
    this.#target.show(view);
  }
}
