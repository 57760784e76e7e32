import { once } from 'node:events';
import express from 'express';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { ready } from '../../../../src/api/http/health.ts';
import { type Position, positionOf } from '../../../../src/events/ids.ts';
import type { VersionShown } from '../../../../src/projections/newVersions.ts';
import type { ProjectionHealth } from '../../../../src/projections/tracks.ts';

const head = positionOf(100n);
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** What a process says of this projection at /readyz. */
const shownOf = async (health: Partial<ProjectionHealth>, versions: readonly VersionShown[] = []) => {
  const projection: ProjectionHealth = {
    ...{ name: 'messages_3', state: 'running', position: head, quietMs: 0, reason: null, indigestible: null },
    ...health,
  };
  const app = express().get(
    '/readyz',
    ready({
      log: {
        head: async () => head,
        health: () => ({ state: 'ready', reason: null, since: null }),
        async *readStream() {},
      },
      readModel: { position: async (): Promise<Position> => head } as Parameters<
        typeof ready
      >[0]['readModel'],
      projections: { health: () => [projection] },
      newVersions: { shown: () => versions },
      logger: pino({ level: 'silent' }),
    }),
  );
  const server = app.listen(0, '127.0.0.1');
  closing.push(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  const { parts } = await response.json();
  return { status: response.status, ...parts.projections[0] };
};

it('a projection that stopped is shown with the position, the error and the command that leaves the event out', async () => {
  const indigestible = positionOf(42n);
  const reason = `event ${indigestible} (MessageEdited) could not be digested: too salty`;
  expect(await shownOf({ state: 'stopped', position: positionOf(41n), reason, indigestible })).toMatchObject({
    ...{ status: 503, state: 'stopped', position: positionOf(41n), reason },
    whatToDo: `Run a release that can digest the event; or leave it out: darkroom projections skip messages --position ${indigestible} --reason "…"`,
  });
});

it('a projection that is being built is shown with how far it is, and that the release before must be left running', async () => {
  const version = { name: 'messages_3', projection: 'messages', version: 3, stopped: null, isBuilt: true };
  expect(await shownOf({ state: 'unbuilt' }, [{ ...version, percent: 41, secondsLeft: 20 }])).toMatchObject({
    ...{ status: 503, state: 'unbuilt', reason: 'projection messages v3 is being built: 41 %, about 20 s' },
    whatToDo: expect.stringContaining('must be left running'),
  });
});

it('a projection that follows needs nothing to be done', async () => {
  expect(await shownOf({})).toMatchObject({ status: 200, state: 'running', reason: null, whatToDo: null });
});
