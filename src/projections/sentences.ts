import type { Event } from '../events/catalogue.ts';
import { type FailureCode, failures } from '../events/failures.ts';

const longestQuote = 120;

/** What somebody wrote, on one line, and not all of it where it is long. */
export const quoted = (text: string): string => {
  const line = text.replace(/\s+/gu, ' ').trim();
  const characters = [...line];
  return characters.length <= longestQuote ? `“${line}”` : `“${characters.slice(0, longestQuote).join('')}…”`;
};

const because = (code: FailureCode): string =>
  failures[code].title.replace(/^./, (first) => first.toLowerCase());

const pictures = (count: number): string => (count === 1 ? 'the picture' : `${count} pictures`);

const inSeconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

const cancelledWhile = {
  accepted: 'before it was in the queue',
  waiting: 'while it waited',
  running: 'while it was drawn',
};

/** What happened in an event, as it is said after the name of who did it: “changed the text to …”. */
export const sentenceOf = (event: Event): string => {
  switch (event.type) {
    case 'ConversationStarted':
      return `started the conversation ${quoted(event.data.title)}`;
    case 'ConversationRenamed':
      return `called the conversation ${quoted(event.data.title)}`;
    case 'ParticipantJoined': {
      const { id, name } = event.data.participant;
      return id === event.actor.id ? 'joined the conversation' : `added ${name} to the conversation`;
    }
    case 'ParticipantLeft': {
      const { id, name } = event.data.participant;
      return id === event.actor.id ? 'left the conversation' : `removed ${name} from the conversation`;
    }
    case 'ConversationArchived':
      return 'archived the conversation';
    case 'MessagePosted': {
      const { text, image } = event.data;
      return image === null
        ? `wrote ${quoted(text)}`
        : `asked for a picture: ${quoted(image.request.prompt)}`;
    }
    case 'MessageEdited':
      return `changed the text to ${quoted(event.data.text)}`;
    case 'MessageMetadataMerged':
      return `changed the details ${Object.keys(event.data.patch).map(quoted).join(', ')}`;
    case 'MessageRemoved':
      return 'removed the message';
    case 'JobQueued':
      return event.data.retryOf === null ? 'put it into the queue' : 'tried again: it joined the queue anew';
    case 'JobRefused':
      return `didn’t let it into the queue: ${because(event.data.code)}`;
    case 'JobStarted':
      return `began attempt ${event.data.attempt} with the engine ${event.data.engine}`;
    case 'JobSubmitted':
      return `handed it to the engine ${event.data.engine}, attempt ${event.data.attempt}`;
    case 'JobProgressed': {
      const { step, steps, stage } = event.data;
      return `drew step ${step} of ${steps}${stage === '' ? '' : ` (${stage})`}`;
    }
    case 'JobCompleted': {
      const { images, durations } = event.data;
      const { waitedMs, drawnMs } = durations;
      return `finished ${pictures(images.length)}: it waited ${inSeconds(waitedMs)} and was drawn for ${inSeconds(drawnMs)}`;
    }
    case 'JobFailed':
      return `gave it up at attempt ${event.data.attempt}: ${because(event.data.code)}`;
    case 'JobRequeued':
      return `put it back into the queue after attempt ${event.data.attempt}: ${because(event.data.why)}`;
    case 'JobPrioritized':
      return `changed its priority from ${event.data.previousPriority} to ${event.data.order.priority}`;
    case 'JobCancelled':
      return `cancelled it ${cancelledWhile[event.data.was]}`;
    case 'JobResultDiscarded':
      return `threw away what attempt ${event.data.attempt} brought: ${event.data.why}`;
    case 'QueuePaused':
      return 'paused the queue';
    case 'QueueResumed':
      return 'let the queue go on';
    case 'EngineFailed':
      return `noted failure ${event.data.failures} in a row of the engine ${event.data.engine}: ${because(event.data.code)}`;
    case 'EngineSucceeded':
      return `noted that the engine ${event.data.engine} is well again`;
    case 'CircuitOpened':
      return `let the engine ${event.data.engine} rest until ${event.data.retryAt}`;
    case 'CircuitHalfOpened':
      return `tried the engine ${event.data.engine} with one job`;
    case 'CircuitClosed':
      return `let the engine ${event.data.engine} draw again`;
    case 'CommandRefused': {
      const { command, code, unrecorded } = event.data;
      const others = unrecorded === 0 ? '' : `; ${unrecorded} before it are not recorded`;
      return `was refused ${command} (${code})${others}`;
    }
    case 'LogRestored':
      return `restored the log from a backup of ${event.data.backedUpAt}`;
    case 'LogIdentified':
      return 'gave the log its identity';
    default:
      return event.type;
  }
};
