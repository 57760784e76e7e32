import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startCollecting } from '../../../src/workers/collecting.ts';
import type { Running } from '../../../src/workers/imageWorker.ts';
import { eventsIn } from '../../support/readLog.ts';
import { drawAtOnce, openWorkshop, scriptedEngine, type Workshop } from '../../support/workshop.ts';

let workshop: Workshop;
let collecting: Running | undefined;
beforeEach(async () => {
  workshop = await openWorkshop();
});
afterEach(async () => {
  await collecting?.stop();
  collecting = undefined;
  await workshop.close();
});

it('images that no job shows are removed once they are old, by the sweep, which says so in the log', async () => {
  const { ask, ends, folder, images, log, logger, readModel, worker } = workshop;
  worker(scriptedEngine(drawAtOnce).engine);
  const job = await ends(await ask('a lake'), 'completed');
  const shown = job.images[0]?.imageId ?? '';
  const stored = async (text: string) => (await images.put(Buffer.from(text), 'image/png')).imageId;
  const [orphan, young] = [await stored('nobody shows me'), await stored('nor me, and I am new')];
  const longAgo = new Date(Date.now() - 3 * 3_600_000);
  for (const id of [shown, orphan])
    await utimes(join(folder, 'images', id.slice(0, 2), `${id}.png`), longAgo, longAgo);

  const started = startCollecting({
    ...{ log, readModel, images, logger, newId: v7, keepMs: 3_600_000 },
    ...{ actor: { id: 'sweep', name: 'Sweep' }, now: () => new Date(), clock: () => performance.now() },
  });
  collecting = started;
  await vi.waitFor(() => expect(started.health()).toMatchObject({ collected: 1, reason: null }), {
    timeout: 20_000,
  });
  expect(await images.get(orphan)).toBeNull();
  expect(await images.get(shown)).not.toBeNull();
  expect(await images.get(young)).not.toBeNull();
  const told = (await eventsIn(log)).filter(({ type }) => type === 'ImagesCollected');
  expect(told).toMatchObject([{ actor: { id: 'sweep' }, data: { images: [orphan] } }]);
});
