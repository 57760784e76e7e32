import type { Event } from '../events/catalogue.ts';
import type { UserId } from '../events/ids.ts';
import { foldJob, jobOf } from '../projections/jobs.ts';
import type { Conversation, Job } from '../projections/model.ts';

/** Ended jobs that are kept, so that a page left open for weeks stays small. */
const mostEnded = 200;

const newestFirst = (a: Job, b: Job): number => (a.createdPosition < b.createdPosition ? 1 : -1);

/** Places come from scope `queue` alone. */
const withoutPlace = (job: Job): Job => (job.place === null ? job : { ...job, place: null });

export const jobsFromSnapshot = (jobs: readonly Job[]): readonly Job[] =>
  jobs.map(withoutPlace).sort(newestFirst);

const withoutOldEnded = (jobs: readonly Job[]): readonly Job[] => {
  let ended = 0;
  return jobs.filter(({ active }) => {
    if (!active) ended += 1;
    return active || ended <= mostEnded;
  });
};

/** Own jobs after an event, newest first; the same reference where it changes none. */
const foldJobs = (jobs: readonly Job[], event: Event): readonly Job[] => {
  const jobId = jobOf(event);
  if (jobId === null) return jobs;
  const index = jobs.findIndex((job) => job.jobId === jobId);
  const held = jobs[index] ?? null;
  const job = foldJob(held, event);
  if (job === null || job === held) return jobs;
  if (held !== null) return jobs.with(index, job);
  return [job, ...jobs].sort(newestFirst);
};

export const foldOwnJobs = (jobs: readonly Job[], events: readonly Event[]): readonly Job[] => {
  const folded = events.reduce(foldJobs, jobs);
  return folded === jobs ? jobs : withoutOldEnded(folded);
};

const newestActivityFirst = (a: Conversation, b: Conversation): number =>
  a.lastActivityPosition < b.lastActivityPosition ? 1 : -1;

export const isIn = (user: UserId, { participants }: Conversation): boolean =>
  participants.some(({ id }) => id === user);

/** The list with a conversation in it, unless what is held is as new. */
export const mergeConversation = (
  conversations: readonly Conversation[],
  conversation: Conversation,
): readonly Conversation[] => {
  const { conversationId } = conversation;
  const held = conversations.find((other) => other.conversationId === conversationId);
  if (held !== undefined && held.position >= conversation.position) return conversations;
  return [...conversations.filter((other) => other !== held), conversation].sort(newestActivityFirst);
};
