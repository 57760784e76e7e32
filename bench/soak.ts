import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ConnectedClient, connect, signIn } from '../src/client/index.ts';
import type { ConversationId } from '../src/events/ids.ts';
import { scrape } from '../test/support/scrape.ts';
import { startServer } from '../test/support/serverProcess.ts';
import { median } from './table.ts';

/*
 * `npm run soak:mixed`: everything that people do, for half an hour, at one process; does its memory stay? What it
 * holds after `SOAK_MINUTES` must be within a tenth of what it held after a sixth of that (5 of 30 minutes), when
 * its caches are full. Exit code 1 where it isn't, or where something that was asked for was refused.
 */

const minutes = Number(process.env.SOAK_MINUTES ?? 30);
const people = Number(process.env.SOAK_PEOPLE ?? 10);
/** Between two things that one person does, in milliseconds. */
const paceMs = Number(process.env.SOAK_PACE_MS ?? 200);
const sampleMs = 2_000;
const mostGrowth = 1.1;

const done = { messages: 0, pictures: 0, cancelled: 0, changes: 0, reads: 0, reconnects: 0 };

const picture = { width: 64, height: 64, steps: 4 };

type Act = (client: ConnectedClient, id: ConversationId) => Promise<unknown>;

const write: Act = async (client, id) => {
  await client.conversation(id).post('How does the harbour look at night? '.repeat(5));
  done.messages += 1;
};

/** What one person does, one thing after the other, over and over. */
const acts: readonly Act[] = [
  write,
  write,
  async (client, id) => {
    await client.conversation(id).requestImage('a harbour at night', picture);
    done.pictures += 1;
  },
  async (client, id) => {
    const { message } = await client.conversation(id).post('to be changed');
    await client.api.mergeMetadata(message.messageId, { mood: { calm: true } });
    await client.api.editMessage(message.messageId, 'changed');
    await client.api.removeMessage(message.messageId);
    done.changes += 3;
  },
  async (client, id) => {
    await Promise.all([client.api.messages(id), client.api.queueNow(), client.api.jobs({})]);
    done.reads += 3;
  },
  async (client, id) => {
    const { job } = await client.conversation(id).requestImage('never mind', { ...picture, steps: 50 });
    if (job !== undefined) await client.conversation(id).cancel(job.jobId);
    done.cancelled += 1;
  },
];

/** Comes, does each thing some times in a conversation of its own, and goes, so that nothing of a client lasts. */
const visit = async (url: string, name: string, until: number): Promise<void> => {
  const client = connect({ url, session: await signIn(url, name), placeReportMs: 5_000 });
  try {
    const { conversation } = await client.api.startConversation({ title: `Of ${name}` });
    const id = conversation.conversationId;
    client.user();
    client.queue();
    client.conversation(id);
    for (let round = 0; round < 10 && performance.now() < until; round += 1)
      for (const act of acts) {
        await act(client, id);
        await delay(paceMs);
      }
    await client.api.archiveConversation(id);
  } finally {
    client.close();
    done.reconnects += 1;
  }
};

const live = async (url: string, name: string, until: number): Promise<void> => {
  while (performance.now() < until) await visit(url, name, until);
};

interface Sample {
  readonly minute: number;
  readonly memory: number;
  readonly heap: number;
  readonly external: number;
  readonly delay: number;
}

const sampleOf = async (url: string, minute: number): Promise<Sample> => {
  const { value } = await scrape(url);
  return {
    minute,
    memory: value('process_resident_memory_bytes') ?? 0,
    heap: value('nodejs_heap_size_used_bytes') ?? 0,
    external: value('nodejs_external_memory_bytes') ?? 0,
    delay: value('nodejs_eventloop_lag_p99_seconds') ?? 0,
  };
};

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0).padStart(6);

const folder = mkdtempSync(join(tmpdir(), 'darkroom-soak-'));
const unlimited = {
  ...{ RATE_LIMIT_PER_MINUTE: '0', RATE_LIMIT_PER_ADDRESS: '0' },
  ...{ PICTURE_LIMIT_PER_MINUTE: '0', PICTURE_LIMIT_PER_ADDRESS: '0' },
  ...{ SOCKET_EVENT_LIMIT_PER_MINUTE: '0', SOCKET_EVENT_LIMIT_PER_ADDRESS: '0' },
};
const server = await startServer({ DATA_DIR: folder, SKETCH_STEP_MS: '5', ...unlimited });
const begun = performance.now();
const until = begun + minutes * 60_000;
const minuteNow = (): number => (performance.now() - begun) / 60_000;
const samples: Sample[] = [];
/** Around a minute; enough of them that one collection of garbage doesn't count. */
const memoryAround = (minute: number, width: number): number =>
  median(samples.filter((each) => Math.abs(each.minute - minute) <= width).map(({ memory }) => memory));

const watch = async (): Promise<void> => {
  process.stdout.write('minute  RSS MB  heap MB  external MB  loop p99 ms  done\n');
  let told = 0;
  while (performance.now() < until) {
    await delay(sampleMs);
    const sample = await sampleOf(server.url, minuteNow());
    samples.push(sample);
    if (sample.minute < told + minutes / 30) continue;
    told = sample.minute;
    const { memory, heap, external, delay: lag } = sample;
    const figures = [megabytes(memory), megabytes(heap), megabytes(external), (lag * 1_000).toFixed(0)];
    process.stdout.write(`${told.toFixed(1).padStart(6)}  ${figures.join('  ')}  ${JSON.stringify(done)}\n`);
  }
};

try {
  const names = Array.from({ length: people }, (_, index) => `Person ${index + 1}`);
  await Promise.all([watch(), ...names.map((name) => live(server.url, name, until))]);
  const width = minutes / 30;
  const early = memoryAround(minutes / 6, width);
  const late = memoryAround(minutes - width, width);
  const growth = late / early;
  const verdict = growth <= mostGrowth ? 'holds' : 'GROWS';
  process.stdout.write(
    `RSS after ${(minutes / 6).toFixed(1)} minutes ${megabytes(early)} MB, after ${minutes} minutes ${megabytes(late)} MB: ` +
      `${((growth - 1) * 100).toFixed(1)} % (at most ${((mostGrowth - 1) * 100).toFixed(0)} %): ${verdict}\n`,
  );
  process.exitCode = growth <= mostGrowth ? 0 : 1;
} finally {
  const code = await server.stop();
  if (code !== 0) process.exitCode = 1;
  rmSync(folder, { recursive: true });
}
