import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import type { Position, UserId } from '../../events/ids.ts';
import type { Scope } from '../../projections/readModel.ts';
import type { Batch } from './batches.ts';
import { type BeginningParts, begin, type Granted } from './beginning.ts';
import { type Following, follow, type SharedParts } from './following.ts';
import { createInOrder } from './inOrder.ts';
import type { Outbox } from './outbox.ts';
import type { DeliveryReport } from './report.ts';
import { keyOf, nameOf, refusal, type SubscribeAnswer, type SubscribeRequest, scopeOf } from './requests.ts';
import type { EndCode } from './subscription.ts';

type BatchMessage = Batch & ReturnType<typeof nameOf>;
type EndMessage = ReturnType<typeof nameOf> & { readonly code: EndCode; readonly resume: Position };

/** How a connection speaks to its client. */
export interface Speaker {
  isConnected(): boolean;
  events(message: BatchMessage, onAcknowledged: () => void): void;
  unsubscribed(message: EndMessage): void;
  disconnect(): void;
}

export interface SubscriptionsParts {
  readonly shared: SharedParts &
    BeginningParts & { readonly config: Pick<Config, 'MAX_SUBSCRIPTIONS'>; readonly report: DeliveryReport };
  readonly viewer: UserId;
  readonly logger: Logger;
  readonly outbox: Outbox;
  readonly speaker: Speaker;
}

/** The subscriptions of one connection: at most one a scope, changed in the order that was asked for. */
export const createSubscriptions = ({ shared, viewer, logger, outbox, speaker }: SubscriptionsParts) => {
  const active = new Map<string, Following>();
  const beginning = new Set<string>();
  const inOrder = createInOrder();
  const most = shared.config.MAX_SUBSCRIPTIONS;

  const stop = (key: string): void => {
    active.get(key)?.stop();
    active.delete(key);
  };

  const start = (key: string, scope: Scope, granted: Granted): void => {
    const report = shared.report.began(granted.answer);
    const followed = follow({
      ...shared,
      ...{ scope, viewer, logger, outbox },
      ...{ beginning: granted.beginning, membershipAsOf: granted.membershipAsOf, pages: granted.pages },
      emit(batch, onAcknowledged) {
        speaker.events({ ...nameOf(scope), ...batch }, onAcknowledged);
        report.sent(batch);
      },
      ended: (code, resume) => {
        if (active.get(key) === following) active.delete(key);
        speaker.unsubscribed({ ...nameOf(scope), code, resume });
        report.over(code);
      },
      broken: (error) => {
        logger.error({ err: error, scope }, 'a subscription failed; its connection is closed');
        speaker.disconnect();
      },
    });
    const following: Following = {
      ...followed,
      stop() {
        followed.stop();
        report.over(null);
      },
    };
    active.set(key, following);
  };

  /** The old subscription ends, the answer goes out and the new one starts in one turn: nothing gets between. */
  const grant = async (
    request: SubscribeRequest,
    answer: (given: SubscribeAnswer) => void,
  ): Promise<void> => {
    const scope = scopeOf(request);
    const key = keyOf(scope);
    let granted: Awaited<ReturnType<typeof begin>> = null;
    while (granted === null && speaker.isConnected()) {
      await outbox.room();
      granted = await begin(shared, request, viewer, outbox.hasRoom);
    }
    if (granted === null || !speaker.isConnected()) return;
    if (!('beginning' in granted)) return answer(granted);
    stop(key);
    answer(granted.answer);
    start(key, scope, granted);
  };

  const subscribe = async (
    request: SubscribeRequest,
    answer: (given: SubscribeAnswer) => void,
  ): Promise<void> => {
    const key = keyOf(scopeOf(request));
    const isNew = !active.has(key) && !beginning.has(key);
    const others = new Set([...active.keys(), ...beginning]).size;
    if (isNew && others >= most) return answer(refusal('too_many_subscriptions'));
    beginning.add(key);
    try {
      await grant(request, answer);
    } catch (error) {
      logger.warn({ err: error, scope: request.scope }, 'a subscription can not begin');
      answer(refusal('unavailable'));
    } finally {
      beginning.delete(key);
    }
  };

  return {
    subscribe(request: SubscribeRequest, answer: (given: SubscribeAnswer) => void): Promise<void> {
      if (inOrder.waiting() >= 2 * most) {
        answer(refusal('unavailable'));
        return Promise.resolve();
      }
      return inOrder.run(keyOf(scopeOf(request)), () => subscribe(request, answer));
    },
    unsubscribe: (scope: Scope): Promise<void> => inOrder.run(keyOf(scope), async () => stop(keyOf(scope))),
    tick(margin: number): void {
      for (const following of [...active.values()]) following.tick(margin);
    },
    resumeIfRoom(): void {
      for (const following of [...active.values()]) following.resumeIfRoom();
    },
    /** Each client hears where to go on from. */
    endAll(code: EndCode): void {
      for (const following of [...active.values()]) following.end(code);
    },
    stopAll(): void {
      for (const key of [...active.keys()]) stop(key);
    },
    count: (): number => active.size,
  };
};
