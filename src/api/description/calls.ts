import type { waysIn } from '../../commands/permissions.ts';
import type { ProblemCode } from '../problems.ts';
import type { AnswerShape } from './answerShapes.ts';

/** An answer that was asked for: its body by media type, as a shape of the document or as plain text or bytes. */
interface DescribedAnswer {
  readonly says: string;
  readonly content: Readonly<Record<string, AnswerShape | 'text' | 'bytes'>>;
  readonly headers?: readonly ('Location' | 'ETag')[];
}

/** What calls are about, in the order in which the page lists them. */
export const tags = ['People', 'Conversations', 'Messages', 'Pictures', 'Queue', 'Past', 'Server'] as const;

interface Call {
  readonly tag: (typeof tags)[number];
  /** What it does, in a few words. */
  readonly summary: string;
  readonly answers: Readonly<Record<number, DescribedAnswer>>;
  /** Besides those that calls of its kind have. */
  readonly problems?: readonly ProblemCode[];
}

const json = (shape: AnswerShape, says: string, headers: DescribedAnswer['headers'] = []) => ({
  says,
  headers,
  content: { 'application/json': shape },
});

const done = { 200: json('Done', 'It has happened, or was so already.') };
const notTheirs = ['not_found', 'forbidden'] as const;
const notInArchived = [...notTheirs, 'conversation_archived'] as const;
const notInRemoved = [...notInArchived, 'message_removed'] as const;

/** Every way in that is HTTP, and what it answers. What goes in is told by the call's own schemas. */
export const calls = {
  'GET /healthz': {
    tag: 'Server',
    summary: 'Whether the process answers',
    answers: { 200: json('Alive', 'It does.') },
  },
  'GET /readyz': {
    tag: 'Server',
    summary: 'How each part is',
    answers: {
      200: json('Health', 'All parts that count are ready.'),
      503: json('Health', 'One isn’t: send requests elsewhere.'),
    },
  },
  'GET /metrics': {
    tag: 'Server',
    summary: 'What is counted, for Prometheus',
    answers: { 200: { says: 'In the text format of Prometheus.', content: { 'text/plain': 'text' } } },
  },
  'GET /openapi.json': {
    tag: 'Server',
    summary: 'This document',
    answers: { 200: json('AnyObject', 'OpenAPI 3.1.') },
  },
  'GET /asyncapi.json': {
    tag: 'Server',
    summary: 'The socket’s protocol',
    answers: { 200: json('AnyObject', 'AsyncAPI 3.0.') },
  },
  'GET /docs': {
    tag: 'Server',
    summary: 'This document as a page',
    answers: { 200: { says: 'The page.', content: { 'text/html': 'text' } } },
    problems: ['not_found'],
  },
  'POST /sessions': {
    tag: 'People',
    summary: 'Sign in by name',
    answers: { 201: json('SignedIn', 'Where AUTH_MODE is `local`. The same name is the same person.') },
    problems: ['forbidden'],
  },
  'GET /sign-in': {
    tag: 'People',
    summary: 'How one signs in here',
    answers: { 200: json('SignIn', '`local`: by name. `jwt`: with a token of the identity provider.') },
  },
  'GET /me': {
    tag: 'People',
    summary: 'Whose token this is',
    answers: { 200: json('Me', 'Who asks.') },
  },
  'POST /conversations': {
    tag: 'Conversations',
    summary: 'Start a conversation',
    answers: { 201: json('ConversationDone', 'It is there.', ['Location']) },
    problems: ['id_taken'],
  },
  'GET /conversations': {
    tag: 'Conversations',
    summary: 'One’s conversations, newest activity first',
    answers: { 200: json('ConversationPage', 'A page of them.') },
  },
  'GET /conversations/:id': {
    tag: 'Conversations',
    summary: 'A conversation, now or as it was',
    answers: { 200: json('ConversationFound', 'It.') },
    problems: ['not_found'],
  },
  'PATCH /conversations/:id': {
    tag: 'Conversations',
    summary: 'Give it another title',
    answers: { 200: json('ConversationDone', 'As it is now.') },
    problems: notInArchived,
  },
  'POST /conversations/:id/participants': {
    tag: 'Conversations',
    summary: 'Add somebody',
    answers: done,
    problems: notInArchived,
  },
  'DELETE /conversations/:id/participants/:userId': {
    tag: 'Conversations',
    summary: 'Leave it, or remove somebody from it',
    answers: done,
    problems: notInArchived,
  },
  'POST /conversations/:id/archive': {
    tag: 'Conversations',
    summary: 'Archive it: nothing changes in it any more',
    answers: done,
    problems: notTheirs,
  },
  'POST /conversations/:id/messages': {
    tag: 'Messages',
    summary: 'Write a message, and ask for a picture with it',
    answers: { 202: json('MessagePosted', 'It is there; its picture is accepted.', ['Location']) },
    problems: [...notInArchived, 'id_taken', 'message_removed', 'quota_exceeded', 'queue_full'],
  },
  'GET /conversations/:id/messages': {
    tag: 'Messages',
    summary: 'Messages of a conversation, newest first',
    answers: { 200: json('MessagePage', 'A page of them.') },
    problems: ['not_found'],
  },
  'GET /messages/:id': {
    tag: 'Messages',
    summary: 'A message, now or as it was',
    answers: { 200: json('MessageFound', 'It.') },
    problems: ['not_found'],
  },
  'PATCH /messages/:id': {
    tag: 'Messages',
    summary: 'Change its text',
    answers: { 200: json('MessageDone', 'As it is now.') },
    problems: notInRemoved,
  },
  'PATCH /messages/:id/metadata': {
    tag: 'Messages',
    summary: 'Merge a patch into its metadata (RFC 7396)',
    answers: { 200: json('MessageDone', 'As it is now.') },
    problems: [...notInRemoved, 'metadata_too_large'],
  },
  'DELETE /messages/:id': {
    tag: 'Messages',
    summary: 'Remove it; its picture is cancelled',
    answers: done,
    problems: notInArchived,
  },
  'GET /jobs': {
    tag: 'Pictures',
    summary: 'One’s pictures, newest first',
    answers: { 200: json('JobPage', 'A page of them.') },
    problems: ['forbidden'],
  },
  'POST /jobs/cancel': {
    tag: 'Pictures',
    summary: 'Cancel several, or all of one’s own',
    answers: { 200: json('JobsCancelled', 'Those that were really cancelled by this.') },
    problems: notTheirs,
  },
  'GET /jobs/:id': {
    tag: 'Pictures',
    summary: 'A picture being made, now or as it was',
    answers: { 200: json('JobFound', 'It.') },
    problems: ['not_found'],
  },
  'PATCH /jobs/:id': {
    tag: 'Pictures',
    summary: 'Change its priority',
    answers: { 200: json('JobDone', 'As it is now.') },
    problems: [...notTheirs, 'job_ended', 'job_not_queued'],
  },
  'POST /jobs/:id/cancel': {
    tag: 'Pictures',
    summary: 'Cancel it; one that has ended stays as it is',
    answers: { 200: json('JobDone', 'As it is now.') },
    problems: notTheirs,
  },
  'POST /jobs/:id/retry': {
    tag: 'Pictures',
    summary: 'Try a failed or cancelled one again',
    answers: { 202: json('JobDone', 'The new job, which names the old one.', ['Location']) },
    problems: [...notInRemoved, 'job_not_retryable', 'quota_exceeded', 'queue_full'],
  },
  'GET /jobs/:id/wait': {
    tag: 'Past',
    summary: 'Why it waited as long as it did',
    answers: { 200: json('JobWaits', 'Each time that it waited, and what went before it.') },
    problems: ['not_found'],
  },
  'GET /queue': {
    tag: 'Queue',
    summary: 'Who waits, and where',
    answers: { 200: json('Queue', 'One’s own by id, others only as a place.') },
  },
  'POST /queue/pause': {
    tag: 'Queue',
    summary: 'Let nothing start',
    answers: done,
    problems: ['forbidden'],
  },
  'POST /queue/resume': {
    tag: 'Queue',
    summary: 'Let it go on',
    answers: done,
    problems: ['forbidden'],
  },
  'GET /engines': {
    tag: 'Queue',
    summary: 'What draws, and whether it rests',
    answers: { 200: json('Engines', 'Each engine.') },
  },
  'GET /images/:imageId': {
    tag: 'Pictures',
    summary: 'The bytes of a picture or a preview',
    answers: {
      200: {
        says: 'The bytes; they never change.',
        headers: ['ETag'],
        content: { 'image/png': 'bytes', 'image/jpeg': 'bytes', 'image/webp': 'bytes' },
      },
      304: { says: 'You hold it already.', headers: ['ETag'], content: {} },
    },
    problems: ['not_found', 'preview_gone'],
  },
  'GET /audit': {
    tag: 'Past',
    summary: 'What happened, who did it, why, and what it changed',
    answers: {
      200: {
        says: 'A page of events; or, where `Accept` asks for one of the others, all of them as a stream.',
        content: {
          'application/json': 'AuditPage',
          'application/x-ndjson': 'text',
          'text/csv': 'text',
        },
      },
    },
    problems: notTheirs,
  },
} as const satisfies Readonly<Record<keyof typeof waysIn.http, Call>>;

export type { Call, DescribedAnswer };
