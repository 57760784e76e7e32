import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { DeliveryReport } from '../delivery/report.ts';

/** Counts what sockets are sent. */
export const reportDelivery = (registry: Registry): DeliveryReport => {
  const registers = [registry];
  const begun = new Counter({
    ...{ name: 'darkroom_subscriptions_begun_total', registers, labelNames: ['mode', 'reason'] },
    help: 'Subscriptions that began: with a snapshot, with a replay, or with a reset and why (other_log, future, too_old).',
  });
  const ended = new Counter({
    ...{ name: 'darkroom_subscriptions_ended_total', registers, labelNames: ['code'] },
    help: 'Subscriptions that ended, by code: permission_lost, slow_consumer, server_shutdown, or client (it left, or began anew).',
  });
  for (const code of ['permission_lost', 'slow_consumer', 'server_shutdown', 'client'])
    ended.inc({ code }, 0);
  const batches = new Counter({
    ...{ name: 'darkroom_delivery_batches_total', registers },
    help: 'Batches sent to clients, those with no events too.',
  });
  const events = new Counter({
    ...{ name: 'darkroom_delivery_events_total', registers },
    help: 'Events sent to clients.',
  });
  const replayEvents = new Histogram({
    ...{ name: 'darkroom_delivery_replay_events', registers },
    help: 'Events that a client which came back was sent until it was live again, or had gone.',
    buckets: [0, 1, 10, 100, 1_000, 10_000, 100_000],
  });
  const replays = new Gauge({
    ...{ name: 'darkroom_delivery_replays', registers },
    help: 'Replays under way.',
  });

  const followReplay = () => {
    let sent = 0;
    let isOver = false;
    replays.inc();
    return {
      sent(count: number): void {
        sent += count;
      },
      over(): void {
        if (isOver) return;
        isOver = true;
        replays.dec();
        replayEvents.observe(sent);
      },
    };
  };

  return {
    began(answer) {
      const reason = answer.mode === 'replay' ? 'none' : (answer.reason ?? 'none');
      begun.inc({ mode: answer.mode, reason });
      const replay = answer.mode === 'replay' ? followReplay() : null;
      return {
        sent(batch) {
          batches.inc();
          events.inc(batch.events.length);
          replay?.sent(batch.events.length);
          if (batch.live) replay?.over();
        },
        over(code) {
          ended.inc({ code: code ?? 'client' });
          replay?.over();
        },
      };
    },
  };
};
