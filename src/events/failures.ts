/**
 * Why a job failed, as a closed list, and what a person is told: one catalogue, in English, keyed by
 * code so that a client can translate it. Nothing else is ever shown to a person about a failure.
 */
export const failures = {
  timeout: {
    title: 'This picture took too long',
    whatHappened: 'The image engine was still drawing when the time limit for this picture ran out.',
    whatToDo: 'Try again, or ask for a smaller picture or fewer steps.',
    retryable: true,
  },
  stuck: {
    title: 'The drawing stopped moving',
    whatHappened: 'The image engine said that it was drawing, but made no progress for several minutes.',
    whatToDo: 'Try again. If it happens again, ask whoever runs this server to look at the engine.',
    retryable: true,
  },
  engine_unavailable: {
    title: 'The image engine could not be reached',
    whatHappened:
      'The program that draws the pictures did not answer, or the process that spoke to it stopped.',
    whatToDo: 'Try again in a minute.',
    retryable: true,
  },
  engine_rejected: {
    title: 'The image engine refused this request',
    whatHappened: 'The image engine answered that it can not draw with these settings.',
    whatToDo: 'Change the size, the steps or the model, and ask again.',
    retryable: false,
  },
  content_rejected: {
    title: 'This prompt was refused',
    whatHappened: 'The image engine does not draw what this prompt describes.',
    whatToDo: 'Describe the picture in other words, and ask again.',
    retryable: false,
  },
  invalid_request: {
    title: 'This request can not be drawn',
    whatHappened: 'Something in the request is not possible for the image engine.',
    whatToDo: 'Check the picture options, and ask again.',
    retryable: false,
  },
  out_of_memory: {
    title: 'The picture was too large for the image engine',
    whatHappened: 'The image engine ran out of memory while it was drawing.',
    whatToDo: 'Ask for a smaller picture, or for fewer at once.',
    retryable: true,
  },
  quota_exceeded: {
    title: 'You have too many pictures waiting',
    whatHappened: 'Your limit of waiting pictures was reached before this one could join the queue.',
    whatToDo: 'Wait until one of your pictures is done, then try again.',
    retryable: true,
  },
  queue_full: {
    title: 'The queue is full',
    whatHappened: 'So many pictures are waiting already that this one could not join the queue.',
    whatToDo: 'Try again in a few minutes.',
    retryable: true,
  },
  cancelled: {
    title: 'This picture was cancelled',
    whatHappened: 'Somebody cancelled this picture before it was finished.',
    whatToDo: 'Try again if you still want it.',
    retryable: true,
  },
  internal: {
    title: 'Something went wrong on our side',
    whatHappened: 'The server met an error that it did not expect while it worked on this picture.',
    whatToDo: 'Try again. If it happens again, pass on the reference to whoever runs this server.',
    retryable: true,
  },
} as const satisfies Record<string, FailureText>;

export interface FailureText {
  readonly title: string;
  readonly whatHappened: string;
  readonly whatToDo: string;
  /** Whether trying the same again can help. */
  readonly retryable: boolean;
}

export type FailureCode = keyof typeof failures;

export const failureCodes = Object.keys(failures) as [FailureCode, ...FailureCode[]];
