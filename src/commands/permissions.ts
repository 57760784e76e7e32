import type { UserId } from '../events/ids.ts';
import { DomainError } from './errors.ts';

export const roles = ['user', 'operator', 'auditor'] as const;
export type Role = (typeof roles)[number];

/** Who asks: a signed-in person. */
export interface Principal {
  readonly id: UserId;
  readonly name: string;
  readonly roles: readonly Role[];
}

/** What the table below looks at. Unknown parts are left out. */
export interface Circumstances {
  /** Ids of the conversation's participants. */
  readonly participants?: ReadonlySet<string>;
  readonly startedBy?: UserId;
  /** Author of the message, owner of the job. */
  readonly author?: UserId;
  /** Who is to be removed from the conversation. */
  readonly participant?: UserId;
}

type Rule = (who: Principal, what: Circumstances) => boolean;

const participant: Rule = (who, { participants }) => participants?.has(who.id) ?? false;
const operator: Rule = (who) => who.roles.includes('operator');
const auditor: Rule = (who) => who.roles.includes('auditor');
const author: Rule = (who, what) => participant(who, what) && what.author === who.id;
const owner: Rule = (who, what) => what.author === who.id;
const starter: Rule = (who, what) => participant(who, what) && what.startedBy === who.id;
const oneself: Rule = (who, what) => participant(who, what) && what.participant === who.id;
const either =
  (...rules: readonly Rule[]): Rule =>
  (who, what) =>
    rules.some((rule) => rule(who, what));

/** Who may do what: the one table that HTTP and sockets share (design/events.md, "Who may do what"). */
const rules = {
  readConversation: participant,
  post: participant,
  renameConversation: participant,
  addParticipant: participant,
  removeParticipant: either(oneself, starter),
  archiveConversation: starter,
  mergeMetadata: participant,
  editMessage: either(author, operator),
  removeMessage: either(author, operator),
  readJob: either(participant, owner, operator),
  cancelJob: either(owner, operator),
  retryJob: either(author, operator),
  prioritizeJob: operator,
  changeQueue: operator,
  readOthersJobs: operator,
  /** What was in a message that is removed by now. */
  readRemoved: either(operator, auditor),
  /** Things as they were. */
  readPast: either(participant, operator, auditor),
  /** Everything that ever happened; what happened in a conversation of one's own, to a thing in it, needs no role. */
  readAudit: auditor,
} satisfies Record<string, Rule>;

export type Action = keyof typeof rules;

/** Who may take a way in: whom the rule of an action lets; or all who are signed in, for it leads to one's own. */
export type Access = 'anyone' | 'signed_in' | Action;

/**
 * Every way in and who may take it. A test walks the routes and socket events of the running server: it
 * fails for one that isn't here, and for one that lets in others than are named here.
 */
export const waysIn = {
  http: {
    'GET /healthz': 'anyone',
    'GET /readyz': 'anyone',
    'GET /metrics': 'anyone',
    'GET /openapi.json': 'anyone',
    'GET /asyncapi.json': 'anyone',
    'GET /docs': 'anyone',
    'POST /sessions': 'anyone',
    'GET /sign-in': 'anyone',
    'GET /me': 'signed_in',
    'POST /conversations': 'signed_in',
    'GET /conversations': 'signed_in',
    'GET /conversations/:id': 'readConversation',
    'PATCH /conversations/:id': 'renameConversation',
    'POST /conversations/:id/participants': 'addParticipant',
    'DELETE /conversations/:id/participants/:userId': 'removeParticipant',
    'POST /conversations/:id/archive': 'archiveConversation',
    'POST /conversations/:id/messages': 'post',
    'GET /conversations/:id/messages': 'readConversation',
    'GET /messages/:id': 'readConversation',
    'PATCH /messages/:id': 'editMessage',
    'PATCH /messages/:id/metadata': 'mergeMetadata',
    'DELETE /messages/:id': 'removeMessage',
    /** Everyone's: readOthersJobs. */
    'GET /jobs': 'signed_in',
    /** Everyone's: readOthersJobs; by id: cancelJob each. */
    'POST /jobs/cancel': 'signed_in',
    'GET /jobs/:id': 'readJob',
    'PATCH /jobs/:id': 'prioritizeJob',
    'POST /jobs/:id/cancel': 'cancelJob',
    'POST /jobs/:id/retry': 'retryJob',
    /** Ids of others' jobs: readOthersJobs. */
    'GET /queue': 'signed_in',
    'POST /queue/pause': 'changeQueue',
    'POST /queue/resume': 'changeQueue',
    'GET /engines': 'signed_in',
    'GET /images/:imageId': 'readConversation',
    /** Of a conversation, a message or a job: who may read that. */
    'GET /audit': 'readAudit',
    'GET /jobs/:id/wait': 'readJob',
  },
  socket: {
    /** Scope `conversation`; the other scopes lead to one's own. */
    subscribe: 'readConversation',
    unsubscribe: 'signed_in',
    refresh: 'signed_in',
    /** Compared with one's own jobs. */
    places_shown: 'signed_in',
  },
} as const satisfies Record<'http' | 'socket', Record<string, Access>>;

/** Whether a person may do this, where no refusal is told. */
export const may = (action: Action, who: Principal, what: Circumstances = {}): boolean =>
  rules[action](who, what);

/** Who may read a job, its owner who has left the conversation too, may know that it is there. */
const jobActions: ReadonlySet<Action> = new Set(['readJob', 'cancelJob', 'retryJob', 'prioritizeJob']);

/** `hidden` where the person must not even learn that the thing exists: not found. */
export const permission = (
  action: Action,
  who: Principal,
  what: Circumstances,
): 'allowed' | 'forbidden' | 'hidden' => {
  if (rules[action](who, what)) return 'allowed';
  const knows = jobActions.has(action) ? rules.readJob : rules.readConversation;
  return what.participants === undefined || knows(who, what) ? 'forbidden' : 'hidden';
};

/** What a person is told who may see a thing but not do this to it. */
const refusals: Readonly<Record<Action, string>> = {
  readConversation: 'Only participants may read this conversation.',
  post: 'Only participants may post in this conversation.',
  renameConversation: 'Only participants may rename this conversation.',
  addParticipant: 'Only participants may add people to this conversation.',
  removeParticipant: 'Only the person themselves, or who started the conversation, may do this.',
  archiveConversation: 'Only who started the conversation may archive it.',
  mergeMetadata: 'Only participants may change the metadata of a message.',
  editMessage: 'Only the author of a message, or an operator, may edit it.',
  removeMessage: 'Only the author of a message, or an operator, may remove it.',
  readJob: 'Only participants of its conversation, or an operator, may see this job.',
  cancelJob: 'Only who asked for the picture, or an operator, may cancel it.',
  retryJob: 'Only who asked for the picture, or an operator, may try it again.',
  prioritizeJob: 'Only an operator may change the priority of a job.',
  changeQueue: 'Only an operator may change the queue.',
  readOthersJobs: 'Only an operator may see the jobs of others.',
  readRemoved: 'Only an operator or auditor may see what was removed.',
  readPast: 'Only participants, an operator or an auditor may see how this was.',
  readAudit:
    'Only an auditor may search everything that happened. Name a conversation, a message or a job of yours.',
};

/**
 * Passes where this person may do this.
 * @throws DomainError `forbidden`, or `hidden`'s error where they must not even learn that it exists
 */
export const permit = (
  action: Action,
  who: Principal,
  what: Circumstances,
  hidden: () => DomainError = () => new DomainError('not_found', 'There is no such thing among yours.'),
): void => {
  const verdict = permission(action, who, what);
  if (verdict === 'hidden') throw hidden();
  if (verdict === 'forbidden') throw new DomainError('forbidden', refusals[action]);
};
