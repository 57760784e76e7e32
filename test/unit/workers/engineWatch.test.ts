import { describe, expect, it } from 'vitest';
import type { Circuit } from '../../../src/commands/engine.ts';
import { positionOf } from '../../../src/events/ids.ts';
import { acceptedImage } from '../../../src/projections/imageState.ts';
import type { Job } from '../../../src/projections/model.ts';
import { EngineError } from '../../../src/workers/engines/imageEngine.ts';
import { createEngineWatch } from '../../../src/workers/engineWatch.ts';
import { ada, conversationNumber, jobNumber, messageNumber, request } from '../../support/happened.ts';

const now = new Date('2026-01-01T12:00:00.000Z');
const open = (retryAt: string): Circuit => ({ status: 'open', failures: 5, retryAt });
const past = open('2026-01-01T11:59:59.000Z');
const waiting: Job = {
  ...acceptedImage(jobNumber(1), request, 0),
  ...{ conversationId: conversationNumber(1), messageId: messageNumber(1), owner: ada, ownerId: ada.id },
  ...{ retryOf: null, active: true, createdPosition: positionOf(1), revision: 0, position: positionOf(1) },
};

/** What one look says, and which circuits it closes. */
const look = async (
  circuit: Circuit,
  { trouble = null as Error | null, jobs = [] as readonly Job[] } = {},
) => {
  const recovered: string[] = [];
  const watch = createEngineWatch({
    engines: [
      {
        name: 'sketch',
        health: async () => {
          if (trouble !== null) throw trouble;
        },
      },
    ],
    circuits: {
      of: async () => circuit,
      recover: async (name) => {
        recovered.push(name);
      },
    },
    readModel: { jobs: async () => ({ items: jobs, nextCursor: null }) },
    now: () => now,
  });
  return { health: await watch(new AbortController().signal), recovered };
};

describe('who looks after the engines', () => {
  it('tells how each is, and what is the matter', async () => {
    const closed: Circuit = { status: 'closed', failures: 0 };
    expect((await look(closed)).health).toEqual([
      { name: 'sketch', isWell: true, isReachable: true, reason: null },
    ]);
    expect((await look(closed, { trouble: new Error('the model is missing') })).health).toEqual([
      { name: 'sketch', isWell: false, isReachable: true, reason: 'the model is missing' },
    ]);
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const nobody = new EngineError('engine_unavailable', 'nobody listens', true, { cause });
    expect((await look(closed, { trouble: nobody })).health).toEqual([
      { name: 'sketch', isWell: false, isReachable: false, reason: 'nobody listens' },
    ]);
  });

  it('closes a circuit that is open past its time where no job waits and the engine is well', async () => {
    expect((await look(past)).recovered).toEqual(['sketch']);
  });

  it.each([
    ['while its time is not over', open('2026-01-01T12:00:01.000Z'), {}],
    ['while a job waits, which tries the engine', past, { jobs: [waiting] }],
    ['where the engine is not well', past, { trouble: new Error('nobody listens') }],
  ] as const)('leaves it open %s', async (_, circuit, state) => {
    expect((await look(circuit, state)).recovered).toEqual([]);
  });
});
