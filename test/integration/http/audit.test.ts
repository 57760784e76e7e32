import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JobId, MessageId } from '../../../src/events/ids.ts';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';
import { picture } from '../../support/jobFacts.ts';

let server: HttpServer;
let auditor: Person;
beforeAll(async () => {
  server = await openHttpServer();
  auditor = await server.signIn(['auditor']);
});
afterAll(() => server.close());

const item = z.looseObject({
  position: z.string(),
  type: z.string(),
  actor: z.object({ id: z.string(), name: z.string() }),
  correlationId: z.string(),
  causationId: z.string(),
  eventId: z.string(),
  origin: z.object({ way: z.string(), address: z.string().nullable() }).nullable(),
  data: z.looseObject({}),
  changes: z.array(z.looseObject({ path: z.string() })),
});
const page = z.object({ items: z.array(item), nextCursor: z.string().nullable() });

const read = async (who: Person, query: string) => {
  const { status, body, text } = await who.call('GET', `/audit?${query}`);
  if (status !== 200) throw new Error(`answered ${status}: ${text}`);
  return page.parse(body);
};
const typesOf = async (who: Person, query: string) => (await read(who, query)).items.map(({ type }) => type);

/** A conversation in which a message was asked for, edited, tagged, and its picture drawn at the second attempt. */
const openStory = async () => {
  const [ada, ben] = [await server.signIn(), await server.signIn()];
  const conversation = await ada.startConversation({ title: 'Harbour', participants: [ben.id] });
  const { message, job } = await ada.post(conversation, {
    text: 'a boat',
    image: {},
    metadata: { mood: 'calm' },
  });
  const { messageId } = message;
  const jobId = job?.jobId as JobId;
  await server.desk.queue(messageId as MessageId);
  const first = await server.desk.claim(jobId, 'sketch');
  if (first === null) throw new Error('it waits');
  await server.desk.giveUp(jobId, 1, { code: 'stuck', retryable: true, reference: 'r' });
  await ada.call('PATCH', `/messages/${messageId}`, { body: { text: 'a ship' } });
  await ada.call('PATCH', `/messages/${messageId}/metadata`, { body: { mood: null, place: 'sea' } });
  await server.settled();
  return { ada, ben, conversation, messageId, jobId, first };
};

describe('the audit trail', () => {
  it('tells of a job each transition in order: who, when, why, and what it changed', async () => {
    const { jobId, ada } = await openStory();
    const { items } = await read(auditor, `job=${jobId}`);
    expect(items.map(({ type }) => type)).toEqual([
      'MessagePosted',
      'JobQueued',
      'JobStarted',
      'JobRequeued',
    ]);
    expect(items.map(({ actor }) => actor.id)).toEqual([ada.id, ...Array(3).fill('worker:test')]);
    expect(new Set(items.map(({ correlationId }) => correlationId)).size).toBe(1);
    expect(items[2]?.changes).toContainEqual({ path: 'status', before: 'queued', after: 'running' });
    expect(items[3]?.changes).toContainEqual({ path: 'status', before: 'running', after: 'queued' });
    const [posted] = items;
    expect(await typesOf(auditor, `correlation=${posted?.correlationId}`)).toEqual(
      items.map(({ type }) => type),
    );
  });

  it('names for all that acted by itself the event that made it act, back to what a person asked for', async () => {
    const { jobId } = await openStory();
    const { items } = await read(auditor, `job=${jobId}`);
    const [posted, ...others] = items;
    expect(others.map(({ causationId }) => causationId)).toEqual(
      items.slice(0, -1).map(({ eventId }) => eventId),
    );
    expect(items.map(({ eventId }) => eventId)).not.toContain(posted?.causationId);
  });

  it('names for a job that was cancelled with its message what removed the message', async () => {
    const ada = await server.signIn();
    const conversation = await ada.startConversation();
    const { message, job } = await ada.post(conversation, { text: 'a boat', image: {} });
    await server.desk.queue(message.messageId as MessageId);
    await ada.call('DELETE', `/messages/${message.messageId}`);
    await server.desk.cancel(job?.jobId as JobId);
    await server.settled();
    const { items } = await read(auditor, `message=${message.messageId}`);
    const of = (type: string) => items.find((each) => each.type === type);
    expect(of('JobCancelled')?.causationId).toBe(of('MessageRemoved')?.eventId);
  });

  it('tells from where a command came, an address to whose it is and to auditors alone', async () => {
    const { ada, ben, conversation, messageId } = await openStory();
    const originsFor = async (who: Person) =>
      (await read(who, `message=${messageId}`)).items.map(({ actor, origin }) => [
        actor.id === ada.id,
        origin,
      ]);
    const here = { way: 'http', address: '127.0.0.1' };
    const [own, itself] = [
      [true, here],
      [false, { way: 'process', address: null }],
    ];
    const all = [own, itself, itself, itself, own, own];
    expect(await originsFor(auditor)).toEqual(all);
    expect(await originsFor(ada)).toEqual(all);
    const hidden = [true, { ...here, address: null }];
    expect(await originsFor(ben)).toEqual([hidden, itself, itself, itself, hidden, hidden]);
    const table = await auditor.call('GET', `/audit?conversation=${conversation}`, {
      headers: { Accept: 'text/csv' },
    });
    expect(table.text.split('\r\n')[1]).toContain(',http,127.0.0.1,');
  });

  it('tells what a message said before and after each change of it', async () => {
    const { messageId, ada } = await openStory();
    const { items } = await read(ada, `message=${messageId}`);
    const changes = new Map(items.map((each) => [each.type, each.changes]));
    expect(changes.get('MessageEdited')).toEqual([{ path: 'text', before: 'a boat', after: 'a ship' }]);
    expect(changes.get('MessageMetadataMerged')).toEqual([
      { path: 'metadata.mood', before: 'calm' },
      { path: 'metadata.place', after: 'sea' },
    ]);
  });

  it('is searched by actor, type, conversation, position and time, each alone and together', async () => {
    const { ada, conversation } = await openStory();
    const own = await read(auditor, `actor=${ada.id}`);
    expect(own.items.map(({ type }) => type)).toEqual([
      'ConversationStarted',
      'ParticipantJoined',
      'ParticipantJoined',
      'MessagePosted',
      'MessageEdited',
      'MessageMetadataMerged',
    ]);
    expect(await typesOf(auditor, `actor=${ada.id}&type=MessageEdited`)).toEqual(['MessageEdited']);
    expect(await typesOf(auditor, `conversation=${conversation}&type=JobStarted`)).toEqual(['JobStarted']);
    const [, second, third, fourth] = own.items;
    const between = `after=${second?.position}&before=${fourth?.position}`;
    expect((await read(auditor, `actor=${ada.id}&${between}`)).items).toEqual([third]);
    const { recordedAt } = z.object({ recordedAt: z.string() }).parse(fourth);
    const at = await read(auditor, `conversation=${conversation}&from=${recordedAt}&to=${recordedAt}`);
    expect(at.items.map(({ position }) => position)).toContain(fourth?.position);
    const before = new Date(Date.parse(recordedAt) - 1).toISOString();
    const until = await read(auditor, `conversation=${conversation}&to=${before}`);
    expect(until.items.every(({ position }) => position < (fourth?.position ?? ''))).toBe(true);
  });

  it('is searched by words, whatever their case and accents, in what was written alone', async () => {
    const ada = await server.signIn();
    const conversation = await ada.startConversation({ title: 'Wörter' });
    const word = `quay${Date.now()}`;
    await ada.post(conversation, { text: `Café am ${word.toUpperCase()}!` });
    await ada.post(conversation, { text: 'something else' });
    await server.settled();
    expect(await typesOf(auditor, `text=${word}`)).toEqual(['MessagePosted']);
    expect(await typesOf(auditor, `text=CAFE%20${word}`)).toEqual(['MessagePosted']);
    expect(await typesOf(auditor, `text=${word}%20else`)).toEqual([]);
    expect(await typesOf(ada, `conversation=${conversation}&text=worter`)).toEqual(['ConversationStarted']);
  });

  it('comes in pages that hold each event once, while others are being written', async () => {
    const { ada, conversation } = await openStory();
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const next = cursor === null ? '' : `&cursor=${cursor}`;
      const got: z.output<typeof page> = await read(auditor, `conversation=${conversation}&limit=2${next}`);
      found.push(...got.items.map(({ position }) => position));
      if (found.length < 12) await ada.post(conversation, { text: 'more' });
      await server.settled();
      cursor = got.nextCursor;
    } while (cursor !== null);
    const whole = await read(auditor, `conversation=${conversation}&limit=200`);
    expect(found).toEqual(whole.items.map(({ position }) => position));
    expect(new Set(found).size).toBe(found.length);
    const other = await auditor.call(
      'GET',
      `/audit?limit=1&cursor=${(await read(auditor, 'limit=1')).nextCursor}x`,
    );
    expect(other.status).toBe(400);
  });

  it('streams all that was found as a JSON object a line, and as a table that no spreadsheet runs', async () => {
    const { ada, conversation, messageId } = await openStory();
    const evil = '=HYPERLINK("http://evil"),\n"x"';
    await ada.call('PATCH', `/conversations/${conversation}`, { body: { title: evil } });
    const mallory = await server.signIn(['user'], `@SUM(1+1) ${messageId.slice(0, 8)}`);
    await ada.call('POST', `/conversations/${conversation}/participants`, { body: { userId: mallory.id } });
    await mallory.post(conversation, { text: 'hello' });
    await server.settled();
    const { items } = await read(auditor, `conversation=${conversation}`);
    const lines = await auditor.call('GET', `/audit?conversation=${conversation}`, {
      headers: { Accept: 'application/x-ndjson' },
    });
    expect(lines.headers.get('Content-Type')).toContain('application/x-ndjson');
    expect(
      lines.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(items);
    const table = await auditor.call('GET', `/audit?conversation=${conversation}`, {
      headers: { Accept: 'text/csv' },
    });
    expect(table.headers.get('Content-Type')).toContain('text/csv');
    const rows = table.text.split('\r\n');
    expect(rows[0]?.startsWith('position,recordedAt,at,type,actorId,actorName')).toBe(true);
    expect(rows).toHaveLength(items.length + 2);
    expect(table.text).toContain(`,'@SUM(1+1)`);
    expect(table.text).not.toMatch(/(^|,|\n)"?[=+@-]/m);
  });

  it('is read by others than auditors only for what is theirs', async () => {
    const { ada, ben, conversation, messageId, jobId } = await openStory();
    const stranger = await server.signIn();
    for (const query of [`conversation=${conversation}`, `message=${messageId}`, `job=${jobId}`]) {
      expect((await ada.call('GET', `/audit?${query}`)).status).toBe(200);
      expect((await ben.call('GET', `/audit?${query}`)).status).toBe(200);
      expect((await stranger.call('GET', `/audit?${query}`)).body.code).toBe('not_found');
    }
    for (const query of ['', `actor=${ada.id}`, 'text=boat'])
      expect((await ada.call('GET', `/audit?${query}`)).body.code).toBe('forbidden');
  });

  it('keeps from participants what a removed message said, and tells auditors', async () => {
    const { ada, messageId } = await openStory();
    await ada.call('DELETE', `/messages/${messageId}`);
    await server.settled();
    const seen = await ada.call('GET', `/audit?message=${messageId}`);
    expect(seen.text).not.toMatch(/boat|ship|calm|sea/);
    expect(await typesOf(ada, `message=${messageId}&text=boat`)).toEqual([]);
    const audited = await auditor.call('GET', `/audit?message=${messageId}`);
    expect(audited.text).toMatch(/a boat.*a ship/s);
  });

  it('shows late results, and commands that a rule refused, once each, to those concerned', async () => {
    const { ada, ben, conversation, messageId, jobId, first } = await openStory();
    await server.desk.complete(first, { images: [picture], engine: 'sketch', model: 'm' });
    const key = { 'Idempotency-Key': `key-${messageId}` };
    const archive = () => ben.call('POST', `/conversations/${conversation}/archive`, { headers: key });
    expect([(await archive()).status, (await archive()).status]).toEqual([403, 403]);
    expect((await ben.call('PATCH', `/messages/${messageId}`, { body: { text: 'mine' } })).status).toBe(403);
    expect((await ben.call('PATCH', `/messages/${messageId}`, { body: { text: 7 } })).status).toBe(400);
    await server.settled();
    expect(await typesOf(ada, `job=${jobId}`)).toContain('JobResultDiscarded');
    const refused = await read(auditor, `actor=${ben.id}&type=CommandRefused`);
    expect(refused.items.map(({ data }) => data)).toEqual([
      { command: 'POST /conversations/:id/archive', code: 'forbidden', unrecorded: 0 },
      { command: 'PATCH /messages/:id', code: 'forbidden', unrecorded: 0 },
    ]);
    expect(await typesOf(ada, `message=${messageId}`)).not.toContain('CommandRefused');
    expect(await typesOf(ben, `message=${messageId}`)).toContain('CommandRefused');
  });

  it('records of who is refused without end a part, and counts the others', async () => {
    const eve = await server.signIn();
    for (let tries = 0; tries < 40; tries += 1) await eve.call('POST', '/queue/pause');
    server.clock.ahead += 60_000;
    await eve.call('POST', '/queue/pause');
    server.clock.ahead -= 60_000;
    await server.settled();
    const { items } = await read(auditor, `actor=${eve.id}&limit=200`);
    const unrecorded = items.map(({ data }) => Number(data.unrecorded));
    expect(items.length + unrecorded.reduce((sum, each) => sum + each, 0)).toBe(41);
    expect(items.length).toBeLessThanOrEqual(61);
  });

  it.each(['limit=0', 'type=Nothing', 'job=x', 'from=yesterday', 'after=12', 'text=%20', 'colour=red'])(
    'refuses %s, and says which field is wrong',
    async (query) => {
      const { status, body } = await auditor.call('GET', `/audit?${query}`);
      expect([status, body.code]).toEqual([400, 'invalid_input']);
    },
  );
});

describe('why a job waited', () => {
  it('is told by those that went before it, by their ids to operators alone', async () => {
    const [ada, ben] = [await server.signIn(), await server.signIn()];
    const operator = await server.signIn(['operator']);
    const conversation = await ada.startConversation({ participants: [ben.id] });
    const queued = async (who: Person) => {
      const { message, job } = await who.post(conversation, { text: 'a boat', image: {} });
      await server.desk.queue(message.messageId as MessageId);
      return job?.jobId as JobId;
    };
    const [first, second, mine, later] = [
      await queued(ben),
      await queued(ada),
      await queued(ada),
      await queued(ben),
    ];
    await operator.call('PATCH', `/jobs/${later}`, { body: { priority: 3 } });
    await server.desk.claim(first, 'sketch');
    await server.settled();
    const told = async (who: Person) => (await who.call('GET', `/jobs/${mine}/wait`)).body;
    const { waits } = z
      .object({
        waits: z.array(
          z.looseObject({
            beforeAtFirst: z.number(),
            until: z.string().nullable(),
            before: z.array(z.looseObject({})),
          }),
        ),
      })
      .parse(await told(operator));
    const [wait] = waits;
    const earlier = wait?.before.filter(({ jobId }) =>
      [first, second, later].includes(String(jobId) as JobId),
    );
    expect(earlier?.map(({ jobId, why }) => [jobId, why])).toEqual([
      [first, 'started'],
      [second, null],
      [later, null],
    ]);
    expect(wait?.until).toBeNull();
    const toAda = JSON.stringify(await told(ada));
    expect(toAda).toContain(second);
    expect(toAda).not.toContain(first);
    expect(toAda).not.toContain(ben.id);
  });
});
