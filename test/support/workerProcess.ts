// An image worker in a process of its own, on the stores of a folder, that ends or freezes itself at a
// step of its first job; it draws for up to DRAW_MS, or at COMFYUI.
// Usage: node --import tsx workerProcess.ts FOLDER STEP LEASE_MS DRAW_MS [COMFYUI]
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { v7 } from 'uuid';
import { openFolderImageStore } from '../../src/images/folder/folderImageStore.ts';
import { projections as all } from '../../src/projections/all.ts';
import { startProjections } from '../../src/projections/runner.ts';
import { createCircuits } from '../../src/workers/circuits.ts';
import { createJobDesk } from '../../src/workers/createJobDesk.ts';
import { createComfyuiEngine } from '../../src/workers/engines/comfyui/comfyuiEngine.ts';
import { readWorkflow } from '../../src/workers/engines/comfyui/workflow.ts';
import type { ImageEngine } from '../../src/workers/engines/imageEngine.ts';
import { startImageWorker } from '../../src/workers/imageWorker.ts';
import type { JobDesk } from '../../src/workers/jobDesk.ts';
import { openTestDocuments, openTestLog } from './folderStores.ts';
import type { Step } from './startWorker.ts';

const [folder = '', step, leaseMs = '', drawMs = '', comfyui = ''] = process.argv.slice(2);
const comesTo = (here: Step): void => {
  if (step !== here) return;
  // Written at once, for standard output is a pipe.
  process.stdout.write(`${here}\n`);
  process.kill(process.pid, here === 'freezes before the end' ? 'SIGSTOP' : 'SIGKILL');
};

const log = await openTestLog(folder);
const documents = await openTestDocuments(folder);
const logger = pino({ level: 'silent' });
const projections = await startProjections({
  ...{ log, documents, projections: all, onlyFollow: true },
  onStopped: ({ reason }) => {
    throw new Error(reason ?? 'a projection stopped');
  },
  onTrouble: () => undefined,
});

const picture = (text: string) =>
  ({
    bytes: new TextEncoder().encode(text),
    contentType: 'image/png',
    width: 8,
    height: 8,
    seed: 7,
  }) as const;
const scripted: ImageEngine = {
  name: 'scripted',
  models: ['script-1'],
  async *draw({ prompt }, signal) {
    yield { kind: 'progress', step: 1, steps: 2, stage: 'sky', preview: picture(`preview of ${prompt}`) };
    comesTo('in the middle');
    await setTimeout(Math.random() * Number(drawMs), undefined, { signal });
    yield { kind: 'finished', pictures: [picture(prompt)], model: 'script-1' };
  },
  health: async () => undefined,
  close: async () => undefined,
};

const engine =
  comfyui === ''
    ? scripted
    : createComfyuiEngine({ url: new URL(comfyui), workflows: [readWorkflow('sdxl')], pollMs: 20 });

const id = `worker:${v7()}`;
const acting = { log, actor: { id, name: id }, now: () => new Date(), newId: v7 };
const bare = createJobDesk({ ...acting, jobLimits: { attempts: 2, timeoutMs: 60_000 } });
const desk: JobDesk = {
  ...bare,
  async claim(jobId, name) {
    comesTo('before the claim');
    const claim = await bare.claim(jobId, name);
    comesTo('after the claim');
    return claim;
  },
  async submit(claim, submission) {
    const standing = await bare.submit(claim, submission);
    comesTo('before the engine is told');
    return standing;
  },
  async complete(claim, result) {
    comesTo('before the end, its picture stored');
    comesTo('freezes before the end');
    const standing = await bare.complete(claim, result);
    comesTo('after the end');
    return standing;
  },
};
startImageWorker({
  ...{ log, documents, projections, desk, engines: [engine], logger, now: acting.now },
  circuits: createCircuits({ ...acting, rule: { failures: 5, resetMs: 60_000 } }),
  images: await openFolderImageStore(join(folder, 'images')),
  clock: () => performance.now(),
  slots: 3,
  leaseMs: Number(leaseMs),
  drainMs: 0,
});
process.stdout.write('working\n');
