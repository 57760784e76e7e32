import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FailureCode } from '../../../src/events/failures.ts';
import type { JobId } from '../../../src/events/ids.ts';
import { createComfyuiEngine } from '../../../src/workers/engines/comfyui/comfyuiEngine.ts';
import { readWorkflow } from '../../../src/workers/engines/comfyui/workflow.ts';
import { openComfyuiServer } from '../../support/engines/comfyuiServer.ts';
import { adas } from '../../support/story.ts';
import { openWorkshop, type Workshop } from '../../support/workshop.ts';

describe('what a worker has at ComfyUI', () => {
  let workshop: Workshop;
  let comfyui: Awaited<ReturnType<typeof openComfyuiServer>>;
  beforeEach(async () => {
    workshop = await openWorkshop();
    comfyui = await openComfyuiServer();
    comfyui.behaviour.holdAt = 2;
  });
  afterEach(async () => {
    await workshop.close();
    await comfyui.close();
  });

  const ceiling = { timeout: 30_000, interval: 10 };
  const workflows = [readWorkflow('sdxl')];
  const worker = () => workshop.worker(createComfyuiEngine({ url: comfyui.url, workflows, pollMs: 20 }));
  const called = (path: string) => comfyui.calls.filter((call) => call.path === path).length;
  /** A job whose picture ComfyUI is at. */
  const drawing = async (): Promise<JobId> => {
    const id = await workshop.ask('a lake', { width: 64, height: 64, steps: 4 });
    await vi.waitFor(() => expect(comfyui.runningId()).not.toBeNull(), ceiling);
    return id;
  };
  const giveUp = (id: JobId, code: FailureCode) =>
    workshop.deskOf('sweep').giveUp(id, 1, { code, retryable: true, reference: 'r' });

  it('is drawn on while the worker stops, and taken by the next', async () => {
    const first = worker();
    const id = await drawing();
    await first.stop();
    await workshop.ends(id, 'queued');
    comfyui.behaviour.holdAt = null;
    await vi.waitFor(() => expect(comfyui.drawn).toHaveLength(1), ceiling);
    worker();
    expect(await workshop.ends(id, 'completed')).toMatchObject({ attempt: 2 });
    expect(called('POST /prompt')).toBe(1);
  });

  it('is drawn on where the worker was taken for dead and lives, and taken by the next', async () => {
    worker();
    const id = await drawing();
    await giveUp(id, 'engine_unavailable');
    await vi.waitFor(async () => expect((await workshop.readModel.job(id))?.attempt).toBe(2), ceiling);
    comfyui.behaviour.holdAt = null;
    expect(await workshop.ends(id, 'completed')).toMatchObject({ attempt: 2 });
    expect([called('POST /prompt'), called('POST /interrupt')]).toEqual([1, 0]);
  });

  it('is called off where it was stuck, and drawn anew', async () => {
    worker();
    const id = await drawing();
    await giveUp(id, 'stuck');
    await vi.waitFor(() => expect(called('POST /interrupt')).toBe(1), ceiling);
    comfyui.behaviour.holdAt = null;
    expect(await workshop.ends(id, 'completed')).toMatchObject({ attempt: 2 });
    expect(called('POST /prompt')).toBe(2);
    expect(comfyui.drawn).toHaveLength(1);
  });

  it('is called off where the person cancels', async () => {
    worker();
    const id = await drawing();
    await workshop.commands.cancelJob(adas(), id);
    await vi.waitFor(() => expect(comfyui.runningId()).toBeNull(), ceiling);
    expect(comfyui.drawn).toEqual([]);
  });
});
