import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Cursor, receive } from '../../src/client/cursor.ts';
import type { ConversationId, LogId, Position } from '../../src/events/ids.ts';
import type { ScopeEvent } from '../../src/projections/readModel.ts';
import { type DeliveryClient, openDeliveryClient } from '../support/deliveryClient.ts';
import { createInterleaving, turns } from '../support/deliveryInterleaving.ts';
import { ada, openNode } from '../support/deliveryNode.ts';
import { openDeliveryServer } from '../support/deliveryServer.ts';

interface Step {
  readonly do: 'append' | 'wait' | 'join' | 'resume';
  /** Events to append, or turns to wait. */
  readonly many: number;
}

const step = fc.record<Step>({
  do: fc.constantFrom('append', 'append', 'join', 'resume', 'resume', 'wait'),
  many: fc.integer({ min: 1, max: 25 }),
});
const race = fc.record({
  steps: fc.array(step, { minLength: 4, maxLength: 16 }),
  delays: fc.array(fc.nat(5), { minLength: 1, maxLength: 30 }),
});

/** What was seen from one snapshot on, up to the next. */
interface Stretch {
  readonly from: Position;
  readonly seen: Position[];
  cursor: Cursor;
}

/** Goes through what a client heard of a conversation, by the client's own rules. The line loses nothing: a gap is wrong. */
const stretchesOf = (client: DeliveryClient, id: ConversationId, heardBefore: number): Stretch[] => {
  const stretches: Stretch[] = [];
  for (const each of client.heard.slice(heardBefore)) {
    if (each.kind === 'answer' && each.to === 'subscribe' && each.answer.mode === 'snapshot') {
      const from = each.answer.position as Position;
      const cursor = { logId: each.answer.logId as LogId, through: from };
      stretches.push({ from, seen: [], cursor });
    }
    const stretch = stretches.at(-1);
    if (each.kind !== 'batch' || each.batch.id !== id || stretch === undefined) continue;
    const { events, after, through } = each.batch;
    const batch = { events, after: after as Position, through: through as Position };
    const { state, action, events: fresh } = receive<ScopeEvent>(stretch.cursor, batch);
    if (action === 'resubscribe') throw new Error(`a gap: ${after} follows ${stretch.cursor.through}`);
    stretch.cursor = state;
    stretch.seen.push(...fresh.map(({ position }) => position));
  }
  return stretches;
};

// Several, for what stands in for the log and the documents gets slower as they grow.
const nodes = [1, 2, 3, 4];

it.each(nodes)(
  'joining, resuming and appending may race in any way, and nothing is lost or doubled (node %i)',
  async () => {
    const node = await openNode();
    const interleaving = createInterleaving();
    const server = await openDeliveryServer({
      log: interleaving.log(node.log),
      readModel: interleaving.readModel(node.stores.readModel),
      // One client may ask as often as this many subscriptions would need.
      config: { MAX_SUBSCRIPTIONS: 10_000 },
    });
    const client = openDeliveryClient(server.url, 'ada');
    await client.untilOther('welcome');
    let joins = 0;
    try {
      await fc.assert(
        fc.asyncProperty(race, async ({ steps, delays }) => {
          interleaving.follow([0]);
          const id = await node.story.start(ada);
          const heardBefore = client.heard.length;
          const posted: Position[] = [];
          const answers: Promise<unknown>[] = [client.subscribe({ scope: 'conversation', id })];
          interleaving.follow(delays);
          for (const { do: what, many } of steps) {
            if (what === 'append') posted.push(...(await node.story.renameOften(id, many)));
            if (what === 'wait') await turns(many);
            if (what === 'append' || what === 'wait') continue;
            const cursor = stretchesOf(client, id, heardBefore).at(-1)?.cursor;
            const from = what === 'resume' && cursor ? { after: cursor.through, logId: cursor.logId } : {};
            answers.push(client.subscribe({ scope: 'conversation', id, ...from }));
            joins += 1;
          }
          await Promise.all(answers);
          const last = await node.story.post(id, ada, 'the last');
          posted.push(last);
          await client.until(() => stretchesOf(client, id, heardBefore).at(-1)?.cursor.through === last);
          for (const { from, seen, cursor } of stretchesOf(client, id, heardBefore))
            expect(seen).toEqual(posted.filter((position) => position > from && position <= cursor.through));
          await client.ask('unsubscribe', { scope: 'conversation', id });
        }),
        { numRuns: 100 },
      );
    } finally {
      client.close();
      await server.close();
      await node.close();
    }
    expect(joins).toBeGreaterThan(250);
  },
);
