import type { Logger } from 'pino';
import { domainErrors } from '../../commands/errors.ts';
import type { Principal } from '../../commands/permissions.ts';
import { catalogue } from '../../events/catalogue.ts';
import { conversationId, type EventId, jobId, messageId } from '../../events/ids.ts';
import type { EventLog, NewEvent } from '../../events/log/eventLog.ts';
import type { Subject } from '../../events/metadata.ts';
import type { RefusalEvent } from '../../events/refusal.ts';
import { refusalsStream } from '../../events/streams.ts';
import { problemOf } from '../problems.ts';
import type { Answer, Call, Operation, Prepared } from './operation.ts';

/** Commands that a rule refused, kept in the log beside those that it let through. */
export interface Refusals {
  /** The same call; where a rule refuses it, that is in the log before it is answered. */
  noted(operation: Pick<Operation, 'method' | 'path'>, call: Call, run: Run): Run;
}

type Run = Prepared['run'];

export interface RefusalsParts {
  readonly log: Pick<EventLog, 'append'>;
  readonly logger: Pick<Logger, 'warn'>;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** So many of one person are recorded in a minute; others are counted, and the next one tells how many. */
const mostAMinute = 30;
const minute = 60_000;
/** So many people are remembered before all are forgotten: then they may have a few more recorded. */
const mostPeople = 10_000;

/** A broken rule, and none of the many ways in which a server is not able to answer. */
const isRule = (code: string, status: number): boolean =>
  Object.hasOwn(domainErrors, code) && status < 500 && status !== 429;

const idsOf = { conversations: conversationId, messages: messageId, jobs: jobId } as const;
const partsOf = { conversations: 'conversationId', messages: 'messageId', jobs: 'jobId' } as const;

const isKind = (word: string | undefined): word is keyof typeof idsOf =>
  word !== undefined && Object.hasOwn(idsOf, word);

/** What was to be changed, as its address names it. */
const subjectOf = (path: string, { params }: Call): Subject => {
  const [, kind, id] = path.split('/');
  if (!isKind(kind) || id !== ':id' || typeof params !== 'object' || params === null) return {};
  const named = 'id' in params ? idsOf[kind].safeParse(params.id).data : undefined;
  return named === undefined ? {} : { [partsOf[kind]]: named };
};

/** How many of each person's were recorded in this minute, and not recorded since the last that was. */
const createAllowance = () => {
  const people = new Map<string, { minute: number; recorded: number; unrecorded: number }>();
  return {
    /** How many went unrecorded before this one; null where it isn't recorded either. */
    take({ id }: Principal, now: Date): number | null {
      if (people.size >= mostPeople && !people.has(id)) people.clear();
      const current = Math.floor(now.getTime() / minute);
      const known = people.get(id);
      const recorded = known?.minute === current ? known.recorded : 0;
      const unrecorded = known?.unrecorded ?? 0;
      const isTaken = recorded < mostAMinute;
      people.set(id, {
        minute: current,
        recorded: isTaken ? recorded + 1 : recorded,
        unrecorded: isTaken ? 0 : unrecorded + 1,
      });
      return isTaken ? unrecorded : null;
    },
  };
};

export const createRefusals = ({ log, logger, now, newId }: RefusalsParts): Refusals => {
  const allowance = createAllowance();

  const record = async (
    principal: Principal,
    call: Call,
    { method, path }: Pick<Operation, 'method' | 'path'>,
    code: string,
    commandId: string,
  ): Promise<void> => {
    const at = now();
    const unrecorded = allowance.take(principal, at);
    if (unrecorded === null) return;
    const fact: RefusalEvent = {
      type: 'CommandRefused',
      data: { command: `${method.toUpperCase()} ${path}`, code, unrecorded },
    };
    const event: NewEvent = {
      ...{ id: newId() as EventId, type: fact.type, data: fact.data },
      metadata: {
        actor: { id: principal.id, name: principal.name },
        ...{ correlationId: call.reference, causationId: commandId, at: at.toISOString() },
        origin: { way: 'http', address: call.address },
        schema: catalogue.CommandRefused.version,
        subject: subjectOf(path, call),
      },
    };
    await log.append(refusalsStream(at), 'any', [event]);
  };

  return {
    noted:
      (operation, call, run) =>
      async (commandId): Promise<Answer> => {
        try {
          return await run(commandId);
        } catch (error) {
          const { code, status } = problemOf(error);
          if (call.principal !== null && isRule(code, status))
            // The person is answered all the same.
            await record(call.principal, call, operation, code, commandId).catch((cause: unknown) => {
              logger.warn({ err: cause, reference: call.reference }, 'a refusal could not be recorded');
            });
          throw error;
        }
      },
  };
};
