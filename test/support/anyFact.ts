import fc from 'fast-check';
import type { DomainFact, EventType } from '../../src/events/catalogue.ts';
import { failureCodes } from '../../src/events/failures.ts';
import { type LogId, positionOf } from '../../src/events/ids.ts';
import type { JsonObject } from '../../src/events/json.ts';
import { ada, ben, conversationNumber, imageNumber, jobNumber, messageNumber, request } from './happened.ts';
import { picture } from './jobFacts.ts';

type Data<Type extends EventType> = Extract<DomainFact, { type: Type }>['data'];

const few = fc.integer({ min: 1, max: 3 });
const person = fc.constantFrom(ada, ben);
const priority = fc.integer({ min: -10, max: 10 });
const order = fc.record({ ticket: few.map(positionOf), priority, round: fc.constant(0) });
const code = fc.constantFrom(...failureCodes);
const reference = fc.constant('r');
const text = fc.constantFrom('', 'a', 'harbour', '🌊');
const engine = fc.constant('sketch');
const nothing = fc.constant({});

/** Small JSON objects over few keys, so that two of them meet; and no negative zero, which JSON has not. */
export const anyMetadata: fc.Arbitrary<JsonObject> = fc
  .letrec<{ json: JsonObject[string]; object: JsonObject }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, 0, 1, 'a', 'b'),
      fc.array(fc.constantFrom(null, 1, 'a'), { maxLength: 2 }),
      tie('object'),
    ),
    object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('json'), { maxKeys: 3 }),
  }))
  .object.map((object) => ({ ...object }));

/** What can happen, of each type, with data that its schema takes. */
export const anyDataOf: { readonly [Type in EventType]: fc.Arbitrary<Data<Type>> } = {
  ConversationStarted: fc.record({
    conversationId: few.map(conversationNumber),
    title: text,
    startedBy: person,
  }),
  ConversationRenamed: fc.record({ title: fc.constantFrom('a', 'b') }),
  ParticipantJoined: fc.record({ participant: person }),
  ParticipantLeft: fc.record({ participant: person }),
  ConversationArchived: nothing,
  MessagePosted: fc.record({
    messageId: few.map(messageNumber),
    conversationId: few.map(conversationNumber),
    author: person,
    text,
    metadata: anyMetadata,
    image: fc.option(fc.record({ jobId: few.map(jobNumber), request: fc.constant(request), priority })),
  }),
  MessageEdited: fc.record({ text }),
  MessageMetadataMerged: fc.record({ patch: anyMetadata }),
  MessageRemoved: nothing,
  JobQueued: fc.record({
    jobId: few.map(jobNumber),
    conversationId: few.map(conversationNumber),
    messageId: few.map(messageNumber),
    owner: person,
    request: fc.constant(request),
    priority,
    round: fc.constant(0),
    limits: fc.record({ attempts: few, timeoutMs: fc.constant(60_000) }),
    retryOf: fc.option(few.map(jobNumber)),
  }),
  JobRefused: fc.record({ code, reference }),
  JobStarted: fc.record({
    worker: fc.constant('worker:1'),
    engine,
    attempt: few,
    order,
  }),
  JobSubmitted: fc.record({
    attempt: few,
    engine,
    picture: fc.integer({ min: 0, max: 7 }),
    engineId: fc.constant('order-1'),
    pollingUrl: fc.option(fc.constant('https://api.bfl.ai/v1/get_result?id=1')),
  }),
  JobProgressed: fc.record({
    attempt: few,
    step: fc.integer({ min: 0, max: 20 }),
    steps: fc.constant(20),
    stage: text,
    preview: fc.option(few.map(imageNumber)),
  }),
  JobCompleted: fc.record({
    attempt: few,
    images: fc.constant([picture]),
    seed: fc.constant(7),
    engine,
    model: fc.constant('sketch 1'),
    durations: fc.constant({ waitedMs: 0, drawnMs: 1 }),
    order,
  }),
  JobFailed: fc.record({ code, retryable: fc.boolean(), attempt: few, reference, order }),
  JobRequeued: fc.record({
    why: code,
    attempt: few,
    nextAttempt: few,
    notBefore: fc.option(fc.constant('2026-01-01T00:00:00.000Z')),
    reference,
    order,
  }),
  JobPrioritized: fc.record({
    previousPriority: priority,
    was: fc.constantFrom('waiting', 'running'),
    order,
  }),
  JobCancelled: fc.record({
    by: person,
    was: fc.constantFrom('accepted', 'waiting', 'running'),
    order: fc.option(order),
  }),
  JobResultDiscarded: fc.record({
    attempt: few,
    images: fc.array(few.map(imageNumber), { maxLength: 3 }),
    why: fc.constant('late'),
  }),
  QueuePaused: nothing,
  QueueResumed: nothing,
  EngineFailed: fc.record({ engine, jobId: few.map(jobNumber), code, reference, failures: few }),
  EngineSucceeded: fc.record({ engine, jobId: few.map(jobNumber), failures: few }),
  CircuitOpened: fc.record({
    engine,
    why: fc.constantFrom('failures', 'account', 'probe_failed', 'probe_without_verdict'),
    failures: few,
    retryAt: fc.constant('2026-01-01T00:01:00.000Z'),
  }),
  CircuitHalfOpened: fc.record({
    engine,
    worker: fc.constant('worker:1'),
    jobId: few.map(jobNumber),
    failures: few,
  }),
  CircuitClosed: fc.record({ engine }),
  CommandRefused: fc.record({
    command: fc.constant('PATCH /messages/:id'),
    code: fc.constant('forbidden'),
    unrecorded: few,
  }),
  PersonErased: fc.record({ personId: person.map(({ id }) => id) }),
  LogSealed: fc.record({ count: few, through: few.map(positionOf), hash: fc.constant('ab'.repeat(32)) }),
  ProjectionActivated: fc.record({
    ...{ version: few, generation: few },
    previous: fc.option(fc.record({ version: few, generation: few })),
  }),
  EventSkipped: fc.record({ position: few.map(positionOf), reason: fc.constantFrom('a', 'harbour') }),
  LogIdentified: fc.record({ logId: fc.constant('00000004-0000-7000-8000-000000000001' as LogId) }),
  LogRestored: fc.record({
    logId: fc.constant('00000004-0000-7000-8000-000000000001' as LogId),
    through: few.map(positionOf),
    backedUpAt: fc.constant('2026-01-01T00:00:00.000Z'),
  }),
  ImagesCollected: fc.record({
    images: fc.array(few.map(imageNumber), { minLength: 1, maxLength: 3 }),
    storedBefore: fc.constant('2026-01-01T00:00:00.000Z'),
  }),
};

const factOf = <Type extends EventType>(type: Type): fc.Arbitrary<DomainFact> =>
  anyDataOf[type].map((data) => ({ type, data }) as DomainFact);

/** Anything that can happen anywhere. */
export const anyFact: fc.Arbitrary<DomainFact> = fc.oneof(
  ...(Object.keys(anyDataOf) as EventType[]).map(factOf),
);
