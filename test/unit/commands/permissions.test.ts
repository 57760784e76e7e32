import { describe, expect, it } from 'vitest';
import { circumstancesOf } from '../../../src/commands/circumstances.ts';
import { conversationDecider } from '../../../src/commands/conversation.ts';
import {
  type Action,
  type Circumstances,
  may,
  type Principal,
  permission,
  permit,
  type Role,
} from '../../../src/commands/permissions.ts';
import type { UserId } from '../../../src/events/ids.ts';

const person = (name: string, ...roles: Role[]): Principal => ({ id: name as UserId, name, roles });

const stella = person('stella', 'user');
const ada = person('ada', 'user');
const ben = person('ben', 'user');

/** A conversation that Stella has started, with a message of Ada's in it, and Ben beside them. */
const around: Circumstances = {
  participants: new Set([stella.id, ada.id, ben.id]),
  startedBy: stella.id,
  author: ada.id,
};
const without = (...gone: Principal[]): Circumstances => ({
  ...around,
  participants: new Set([stella, ada, ben].filter((each) => !gone.includes(each)).map(({ id }) => id)),
});

/** Who asks, and how the conversation is then. */
const people = {
  starter: [stella, around],
  author: [ada, around],
  participant: [ben, around],
  'starter who left': [stella, without(stella)],
  'author who left': [ada, without(ada)],
  stranger: [person('eve', 'user'), around],
  operator: [person('otto', 'operator'), around],
  auditor: [person('mona', 'auditor'), around],
} as const satisfies Record<string, readonly [Principal, Circumstances]>;
type Who = keyof typeof people;

const inside = ['starter', 'author', 'participant'] as const satisfies readonly Who[];
const everybody = Object.keys(people) as Who[];
const everybodyBut = (...some: readonly Who[]): Who[] => everybody.filter((who) => !some.includes(who));

/** From whom nothing is said, it is hidden that the thing exists. */
const table: Record<Action, { readonly allowed: readonly Who[]; readonly forbidden: readonly Who[] }> = {
  readConversation: { allowed: inside, forbidden: [] },
  post: { allowed: inside, forbidden: [] },
  renameConversation: { allowed: inside, forbidden: [] },
  addParticipant: { allowed: inside, forbidden: [] },
  mergeMetadata: { allowed: inside, forbidden: [] },
  removeParticipant: { allowed: ['starter'], forbidden: ['author', 'participant'] },
  archiveConversation: { allowed: ['starter'], forbidden: ['author', 'participant'] },
  editMessage: { allowed: ['author', 'operator'], forbidden: ['starter', 'participant'] },
  removeMessage: { allowed: ['author', 'operator'], forbidden: ['starter', 'participant'] },
  readJob: { allowed: [...inside, 'author who left', 'operator'], forbidden: [] },
  cancelJob: { allowed: ['author', 'author who left', 'operator'], forbidden: ['starter', 'participant'] },
  retryJob: {
    allowed: ['author', 'operator'],
    forbidden: ['starter', 'participant', 'author who left'],
  },
  prioritizeJob: { allowed: ['operator'], forbidden: [...inside, 'author who left'] },
  readRemoved: { allowed: ['operator', 'auditor'], forbidden: inside },
  readPast: { allowed: [...inside, 'operator', 'auditor'], forbidden: [] },
  readAudit: { allowed: ['auditor'], forbidden: inside },
  changeQueue: { allowed: ['operator'], forbidden: inside },
  readOthersJobs: { allowed: ['operator'], forbidden: inside },
};

const actions = Object.keys(table) as Action[];

describe.each(actions)('%s', (action) => {
  it.each(everybody)('of the %s', (who) => {
    const { allowed, forbidden } = table[action];
    const verdict = allowed.includes(who) ? 'allowed' : forbidden.includes(who) ? 'forbidden' : 'hidden';
    expect(permission(action, ...people[who])).toBe(verdict);
  });
});

describe('removing someone', () => {
  it('is allowed to oneself', () => {
    expect(permission('removeParticipant', ben, { ...around, participant: ben.id })).toBe('allowed');
    expect(permission('removeParticipant', ben, { ...around, participant: ada.id })).toBe('forbidden');
  });
  it('is hidden from who is out already', () => {
    expect(permission('removeParticipant', ben, { ...without(ben), participant: ben.id })).toBe('hidden');
  });
});

describe('what belongs to no conversation', () => {
  it.each(['changeQueue', 'readOthersJobs'] as const)(
    '%s is forbidden to all but operators, not hidden',
    (action) => {
      for (const who of everybodyBut('operator'))
        expect(permission(action, people[who][0], {})).toBe('forbidden');
      expect(permission(action, people.operator[0], {})).toBe('allowed');
    },
  );
});

describe('everything that happened', () => {
  it('is for auditors; others are told to name something of theirs', () => {
    for (const who of everybodyBut('auditor'))
      expect(() => permit('readAudit', people[who][0], {})).toThrow(
        /Name a conversation, a message or a job/,
      );
    expect(permission('readAudit', people.auditor[0], {})).toBe('allowed');
  });
});

describe('where nothing is known of a conversation', () => {
  it('nobody counts as one of its participants', () => {
    for (const who of everybody) expect(may('post', people[who][0])).toBe(false);
  });
});

describe('a conversation that is not there', () => {
  it('is hidden from everybody, operators too', () => {
    const nowhere = circumstancesOf(conversationDecider.initial);
    for (const who of everybody) expect(permission('post', people[who][0], nowhere)).toBe('hidden');
  });
});

describe('who may not', () => {
  it('is told so where they may see the thing, and that it is not there where they may not', () => {
    expect(() => permit('archiveConversation', ben, around)).toThrow(
      expect.objectContaining({ code: 'forbidden', message: expect.stringContaining('Only who started') }),
    );
    const [stranger] = people.stranger;
    expect(() => permit('archiveConversation', stranger, around)).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
    expect(() => permit('archiveConversation', stella, around)).not.toThrow();
  });
});
