import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startOfLog } from '../../../src/events/ids.ts';
import type { DocumentReader } from '../../../src/projections/documents/documentStore.ts';
import { readTimeline, readTimelineTexts } from '../../../src/projections/reading/readTimeline.ts';
import { anyHistory } from '../../support/anyHistory.ts';
import { ada, conversationNumber, openHistory } from '../../support/happened.ts';
import { projectedInMemory } from '../../support/projectedInMemory.ts';

const id = conversationNumber(1);

const scope = { scope: 'conversation', id } as const;

/** Page by page, short ones and long ones, the texts must say what reading the rows says. */
const expectTheSame = async (reader: DocumentReader): Promise<void> => {
  for (const limit of [2, 1_000]) {
    let after = startOfLog;
    for (let length = limit; length === limit; ) {
      const { rows, until } = await readTimeline(reader, scope, ada.id, after, limit);
      const events = rows.map(({ position, type, event }) => ({
        position,
        type,
        json: JSON.stringify(event),
      }));
      expect(await readTimelineTexts(reader, id, after, limit)).toEqual({ events, until });
      length = rows.length;
      after = rows.at(-1)?.position ?? after;
    }
  }
};

describe('the events of a conversation as text', () => {
  it('are those that reading the timeline gives', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, (events) => expectTheSame(projectedInMemory(events))),
      { numRuns: 100 },
    );
  });

  it('leave out what no client is told of, and go on beyond it', async () => {
    const history = openHistory();
    history.starts(1);
    for (let n = 1; n <= 5; n += 1)
      history.job(1, { type: 'JobResultDiscarded', data: { attempt: n, images: [], why: 'late' } });
    const asked = history.asks(1);
    const documents = projectedInMemory(history.events);
    await expectTheSame(documents);
    const { events } = await readTimelineTexts(documents, id, startOfLog, 1_000);
    expect(events.map(({ type }) => type)).not.toContain('JobResultDiscarded');
    expect(events.at(-1)?.position).toBe(asked.position);
  });

  it('are whole, whatever people write into them', async () => {
    const history = openHistory();
    history.starts(1);
    history.asks(1);
    const row = { event: { position: '","type":"' }, recordedAt: ',"recordedAt":"', stream: null };
    const patch = { row, event: [row, { type: 'JobProgressed' }] };
    history.message(1, { type: 'MessageMetadataMerged', data: { patch } });
    history.message(1, { type: 'MessageEdited', data: { text: JSON.stringify(JSON.stringify(row)) } });
    await expectTheSame(projectedInMemory(history.events));
  });

  it('are read where a row was written otherwise than the projection writes it', async () => {
    const history = openHistory();
    history.starts(1);
    history.asks(1);
    const documents = projectedInMemory(history.events);
    const backwards = (text: string): string =>
      JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).toReversed()));
    const queryTexts: typeof documents.queryTexts = async (query) =>
      (await documents.queryTexts(query)).map(backwards);
    await expectTheSame({ ...documents, queryTexts });
  });
});
