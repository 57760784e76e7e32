import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobId } from '../../src/events/ids.ts';
import { createComfyuiEngine } from '../../src/workers/engines/comfyui/comfyuiEngine.ts';
import { readWorkflow } from '../../src/workers/engines/comfyui/workflow.ts';
import { openComfyuiServer } from '../support/engines/comfyuiServer.ts';
import { type Step, startWorker, type WorkerProcess } from '../support/startWorker.ts';
import { until } from '../support/until.ts';
import { drawAtOnce, openWorkshop, scriptedEngine, type Workshop } from '../support/workshop.ts';

describe('a job whose worker’s process', () => {
  let workshop: Workshop;
  let processes: WorkerProcess[];
  beforeEach(async () => {
    workshop = await openWorkshop();
    processes = [];
  });
  afterEach(async () => {
    await Promise.all(processes.map((each) => each.kill()));
    await workshop.close();
  });

  const start = (step: Step): WorkerProcess => {
    const worker = startWorker(workshop.folder, step);
    processes.push(worker);
    return worker;
  };
  const count = async (id: JobId, type: string) =>
    (await workshop.history(id)).filter((each) => each === type).length;
  /** Two looks, a whole lease apart. */
  const sweepOnce = async () => {
    let monotonic = 0;
    const sweep = workshop.sweep(() => monotonic);
    await sweep();
    monotonic = 30_000;
    await sweep();
  };

  it.each([
    ['is killed before the claim', 'before the claim', 'queued', 1],
    ['is killed after the claim', 'after the claim', 'running', 2],
    ['is killed in the middle', 'in the middle', 'running', 2],
    ['is killed when its picture is stored', 'before the end, its picture stored', 'running', 2],
    ['is killed after the end', 'after the end', 'completed', 1],
  ] as const)('%s ends once, with its picture once', async (_, step, left, attempts) => {
    const { ask, ends, images, readModel, worker } = workshop;
    const id = await ask('a lake');
    await ends(id, 'queued');
    expect(await start(step).ended()).toBe('SIGKILL');
    await ends(id, left);
    await sweepOnce();
    worker(scriptedEngine(drawAtOnce).engine);
    const job = await ends(id, 'completed');
    expect(job.attempt).toBe(attempts);
    expect(await count(id, 'JobStarted')).toBe(attempts);
    expect(await count(id, 'JobRequeued')).toBe(attempts - 1);
    expect(await count(id, 'JobCompleted')).toBe(1);
    expect(job.images).toHaveLength(1);
    const { imageId } = job.images[0] ?? { imageId: '' };
    expect(await images.get(imageId)).toMatchObject({ contentType: 'image/png' });
    const uses = await readModel.imageUses(imageId);
    expect(uses.map(({ job: { jobId }, kind }) => [jobId, kind])).toEqual([[id, 'picture']]);
  });

  describe('and whose picture is at ComfyUI', () => {
    let comfyui: Awaited<ReturnType<typeof openComfyuiServer>>;
    beforeEach(async () => {
      comfyui = await openComfyuiServer();
      comfyui.behaviour.holdAt = 2;
    });
    afterEach(() => comfyui.close());
    const sent = () => comfyui.calls.filter(({ path }) => path === 'POST /prompt').length;
    const small = { width: 64, height: 64, steps: 4 };
    const next = () =>
      workshop.worker(
        createComfyuiEngine({ url: comfyui.url, workflows: [readWorkflow('sdxl')], pollMs: 20 }),
      );
    /** Completed once, in its second attempt, drawn once there, with the picture kept. */
    const completedOnce = async (id: JobId) => {
      const { attempt, images } = await workshop.ends(id, 'completed');
      expect(attempt).toBe(2);
      expect(await workshop.images.get(images[0]?.imageId ?? '')).not.toBeNull();
      expect(await count(id, 'JobCompleted')).toBe(1);
      expect(comfyui.drawn).toHaveLength(1);
      expect(sent()).toBe(1);
    };

    it('is killed when ComfyUI has taken the prompt: the next worker goes on with it, and it is drawn once', async () => {
      const id = await workshop.ask('a lake', small);
      const worker = startWorker(workshop.folder, 'never', { comfyui: comfyui.url });
      processes.push(worker);
      await until(() => expect(comfyui.runningId()).not.toBeNull());
      await worker.kill();
      await sweepOnce();
      next();
      await workshop.ends(id, 'running');
      comfyui.behaviour.holdAt = null;
      await completedOnce(id);
      expect(await count(id, 'JobSubmitted')).toBe(1);
    });

    it('is killed between noting the prompt’s id and sending it: it is drawn once, by the next', async () => {
      comfyui.behaviour.holdAt = null;
      const id = await workshop.ask('a lake', small);
      const worker = startWorker(workshop.folder, 'before the engine is told', { comfyui: comfyui.url });
      processes.push(worker);
      expect(await worker.ended()).toBe('SIGKILL');
      expect(sent()).toBe(0);
      await workshop.ends(id, 'running');
      await sweepOnce();
      next();
      await completedOnce(id);
      expect(await count(id, 'JobSubmitted')).toBe(2);
    });
  });

  it('is frozen past its lease keeps the picture of the next; the late one is refused and noted', async () => {
    const { ask, ends, history, worker } = workshop;
    const id = await ask('a lake');
    const frozen = start('freezes before the end');
    await until(() => expect(frozen.lines).toContain('freezes before the end'));
    await ends(id, 'running');
    await sweepOnce();
    worker(scriptedEngine(drawAtOnce).engine);
    const { images, attempt } = await ends(id, 'completed');
    expect(attempt).toBe(2);
    frozen.goOn();
    await until(async () => expect((await history(id)).at(-1)).toBe('JobResultDiscarded'));
    expect((await ends(id, 'completed')).images).toEqual(images);
    expect(await count(id, 'JobCompleted')).toBe(1);
  });
});
