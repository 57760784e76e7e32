import { describe, expect, it } from 'vitest';
import { createFairTurns } from '../../../../src/api/delivery/fairTurns.ts';

/** A task that ends when the test says so. */
const createTask = () => {
  let finish = (): void => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { run: () => done, finish: () => finish() };
};

describe('fair turns', () => {
  it('lets somebody with one task wait for one turn of somebody with many', async () => {
    const turns = createFairTurns(1);
    const order: string[] = [];
    const task = (name: string) => async () => void order.push(name);
    await Promise.all([
      ...['a1', 'a2', 'a3', 'a4'].map((name) => turns.run('ada', task(name))),
      turns.run('ben', task('b1')),
    ]);
    expect(order).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
  });

  it('runs no more at once than it may, and goes on after a failure', async () => {
    const turns = createFairTurns(2);
    const blocking = [createTask(), createTask()];
    const running = blocking.map((task) => turns.run('ada', task.run));
    const failing = turns.run('ada', async () => {
      throw new Error('failed');
    });
    const last = turns.run('ada', async () => 'done');
    expect([turns.running(), turns.waiting()]).toEqual([2, 2]);
    blocking[0]?.finish();
    await expect(failing).rejects.toThrow('failed');
    expect(await last).toBe('done');
    blocking[1]?.finish();
    await Promise.all(running);
    expect([turns.running(), turns.waiting()]).toEqual([0, 0]);
  });
});
