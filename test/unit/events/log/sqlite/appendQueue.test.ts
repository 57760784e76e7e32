import { expect, it } from 'vitest';
import type { AppendOutcome, AppendRequest } from '../../../../../src/events/log/sqlite/appendGroup.ts';
import { openAppendQueue } from '../../../../../src/events/log/sqlite/appendQueue.ts';
import type { StreamName } from '../../../../../src/events/streams.ts';
import { newEvent } from '../../../../support/newEvent.ts';

interface Group {
  readonly requests: readonly AppendRequest[];
  /** The writer is done with it. */
  written(): void;
  failed(error: Error): void;
}

/** A queue whose writer is the test; `onSend` is told of each group as it is sent. */
const openQueue = (onSend = (): void => undefined) => {
  const groups: Group[] = [];
  const awaited = new Map<number, () => void>();
  const queue = openAppendQueue(
    (requests) =>
      new Promise((resolve, reject) => {
        onSend();
        const outcomes = requests.map(
          (_, n): AppendOutcome => ({ kind: 'appended', revision: 0, position: n }),
        );
        awaited.get(groups.push({ requests, written: () => resolve(outcomes), failed: reject }) - 1)?.();
      }),
    30_000,
  );
  const group = async (n: number): Promise<Group> => {
    if (groups[n] === undefined) await new Promise<void>((resolve) => awaited.set(n, resolve));
    return groups[n] as Group;
  };
  const append = (stream: StreamName) => queue.append(stream, 'any', [newEvent()]);
  return { queue, append, groups, group };
};

it('who goes on with the first answers is sent to the writer while the last are still to be handed out', async () => {
  let answered = 0;
  const answeredWhenSent: number[] = [];
  const { append, group } = openQueue(() => answeredWhenSent.push(answered));
  const goOn = async (n: number): Promise<void> => {
    await append(`job-${n}`);
    answered += 1;
    await append(`job-${n}`);
  };
  const all = Promise.all(Array.from({ length: 100 }, (_, n) => goOn(n)));
  const first = await group(0);
  expect(first.requests).toHaveLength(100);
  first.written();
  const second = await group(1);
  expect(second.requests.map(({ stream }) => stream)).toEqual(
    Array.from({ length: 50 }, (_, n) => `job-${n}`),
  );
  second.written();
  const third = await group(2);
  expect(third.requests).toHaveLength(50);
  third.written();
  await all;
  expect(answeredWhenSent).toEqual([0, 50, 100]);
});

it('a group that the writer refuses is refused to each that is in it, and the next is sent', async () => {
  const { append, group } = openQueue();
  const refused = Promise.allSettled(Array.from({ length: 40 }, (_, n) => append(`job-${n}`)));
  (await group(0)).failed(new Error('the disk is full'));
  for (const { status } of await refused) expect(status).toBe('rejected');
  const next = append('job-1');
  (await group(1)).written();
  await expect(next).resolves.toMatchObject({ revision: 0 });
});

it('is drained when everything that waited has been answered, not before', async () => {
  const { queue, append, group } = openQueue();
  await queue.drained();
  let answered = 0;
  let drained = false;
  const count = () => {
    answered += 1;
  };
  const all = Array.from({ length: 70 }, (_, n) => append(`job-${n}`).then(count));
  const over = queue.drained().then(() => {
    drained = true;
    expect(answered).toBe(70);
  });
  const writing = await group(0);
  expect(drained).toBe(false);
  writing.written();
  await over;
  await Promise.all(all);
});

it('one append at a time waits for nobody', async () => {
  const { append, group, groups } = openQueue();
  for (let n = 0; n < 3; n += 1) {
    const appended = append('job-1');
    (await group(n)).written();
    await appended;
  }
  expect(groups.map(({ requests }) => requests.length)).toEqual([1, 1, 1]);
});
