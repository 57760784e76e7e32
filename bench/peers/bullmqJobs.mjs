// Jobs through BullMQ: added, three progress updates, completed; as many in flight as asked for. Producer
// and worker share this process, as they do on Darkroom's side. Prints the jobs a second as JSON.
import { Queue, Worker } from 'bullmq';

const [port, inFlight, total] = process.argv.slice(2).map(Number);
const connection = { host: '127.0.0.1', port };
const queue = new Queue('bench', { connection });
const request = {
  ...{ prompt: 'a lighthouse on a cliff in a storm', negativePrompt: null, width: 768, height: 768 },
  ...{ steps: 24, seed: 7, count: 1, model: null, timeoutMs: null },
};
const picture = {
  imageId: 'ab'.repeat(32),
  ...{ width: 768, height: 768, contentType: 'image/png', bytes: 9, seed: 7 },
};

const waiting = new Map();
const worker = new Worker(
  'bench',
  async (job) => {
    for (const step of [1, 12, 23])
      await job.updateProgress({ attempt: 1, step, steps: 24, stage: 'painting', preview: null });
    return { images: [picture], engine: 'bench', model: 'bench-1' };
  },
  { connection, concurrency: inFlight },
);
worker.on('completed', ({ id }) => {
  waiting.get(id)?.resolve();
  waiting.delete(id);
});
worker.on('failed', (job, error) => {
  waiting.get(job?.id)?.reject(error);
});
await worker.waitUntilReady();

/** The worker may be done with a job before whoever added it hears that it was added: so the id is ours. */
const doJob = async (number) => {
  const jobId = `job-${number}`;
  const completed = new Promise((resolve, reject) => waiting.set(jobId, { resolve, reject }));
  await queue.add('draw', request, { jobId });
  await completed;
};

let begun = 0;
const begin = performance.now();
await Promise.all(
  Array.from({ length: inFlight }, async () => {
    while (begun < total) {
      begun += 1;
      await doJob(begun);
    }
  }),
);
const seconds = (performance.now() - begin) / 1_000;
const completed = await queue.getCompletedCount();
if (completed !== total) throw new Error(`${total} jobs were added and ${completed} completed`);
await worker.close();
await queue.close();
process.stdout.write(`${JSON.stringify({ jobsPerSecond: total / seconds })}\n`);
