import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { EngineState, QueueNow } from '../../../src/client/client.ts';
import type { FailureCode } from '../../../src/events/failures.ts';
import type { JobId, UserId } from '../../../src/events/ids.ts';
import { ImageProgressCard } from '../../../web/components/chat/ImageProgressCard.tsx';
import { DarkroomProvider, openDarkroom } from '../../../web/hooks/useDarkroom.ts';
import { createImageJobsStore, followUser } from '../../../web/stores/imageJobsStore.ts';
import type { WantedImage } from '../../../web/stores/imageOptions.ts';
import { createFakeClient, type FakeClient, fakeSession } from '../../support/fakeClient.ts';

const session = fakeSession('Ada');
const bob = { id: 'user-bob' as UserId, name: 'Bob' };

/** The card of a job as the script left it. The store is filled before the page would be drawn. */
const card = (
  lead: (client: FakeClient, id: JobId) => void,
  {
    image = {},
    author = session.user,
    as = session,
    readOnly = false,
    engines = [],
    queueNow = null,
  }: {
    image?: WantedImage;
    author?: { id: UserId; name: string };
    as?: typeof session;
    readOnly?: boolean;
    engines?: readonly EngineState[];
    queueNow?: QueueNow | null;
  } = {},
): string => {
  const client = createFakeClient({ session: as });
  const { conversationId } = client.script.conversation({ people: [bob] });
  const { messageId, image: asked } = client.script.say(conversationId, author, 'misty mountains', { image });
  lead(client, asked?.jobId as JobId);
  const filled = createImageJobsStore();
  followUser(filled, client.user(), client.queue());
  const darkroom = openDarkroom(client, createImageJobsStore({ ...filled.getState(), engines, queueNow }));
  const message = client
    .conversation(conversationId)
    .state.messages.find((candidate) => candidate.messageId === messageId);
  if (message?.image == null) throw new Error('the message has no picture');
  return renderToStaticMarkup(
    <DarkroomProvider value={darkroom}>
      <ImageProgressCard message={message} image={message.image} readOnly={readOnly} />
    </DarkroomProvider>,
  );
};

const queued = ({ script }: FakeClient, id: JobId): void => script.queueUp(id);
const running = (client: FakeClient, id: JobId): void => {
  queued(client, id);
  client.script.start(id);
};
const failed =
  (code: FailureCode) =>
  (client: FakeClient, id: JobId): void => {
    running(client, id);
    client.script.fail(id, code);
  };

const text = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

describe('the card of an image job', () => {
  it('says that it was asked for while it isn’t in the queue, and can be cancelled already', () => {
    const html = card(() => undefined);
    expect(html).toContain('data-status="accepted"');
    expect(text(html)).toContain('Asked for');
    expect(html).toContain('data-testid="job-cancel"');
  });

  it('says that its owner has as many drawn as may be at once, and says it of nobody else’s', () => {
    const queueNow: QueueNow = {
      ...{ paused: false, waiting: 1, running: 10, pausedBy: null, pausedAt: null },
      ...{ passedOver: 'running_limit', workers: null, durations: null },
    };
    expect(text(card(queued, { queueNow }))).toContain('As many of yours are drawn as may be at once');
    expect(text(card(queued, { queueNow, author: bob }))).not.toContain('As many of yours');
  });

  it('shows the place in the queue', () => {
    const html = card((client, id) => {
      client.script.strangers(3);
      queued(client, id);
    });
    expect(html).toContain('data-place="4"');
    expect(text(html)).toContain('Place 4 in the queue');
    expect(text(html)).toContain('3 pictures before this one');
  });

  it('says "next" at the first place', () => {
    expect(text(card(queued))).toContain('Next in line');
  });

  it('says that the image engine rests, and when it is tried again', () => {
    const engine = { name: 'sketch', failures: 5, models: [], health: null };
    const retryAt = new Date(Date.now() + 3_600_000).toISOString();
    const resting = text(card(queued, { engines: [{ ...engine, circuit: 'open', retryAt }] }));
    expect(resting).toMatch(/The image engine rests; it is tried again in (59 min|1 h)/);
    const tried = text(card(queued, { engines: [{ ...engine, circuit: 'half_open' }] }));
    expect(tried).toContain('The image engine rests; it is being tried again');
    const oneIsWell = [
      { ...engine, circuit: 'open', retryAt },
      { ...engine, circuit: 'closed' },
    ] as const;
    expect(text(card(queued, { engines: oneIsWell }))).toContain('Next in line');
    expect(text(card(queued, { engines: oneIsWell }))).not.toContain('rests');
  });

  it('says that the queue is paused instead of how long it takes', () => {
    const html = card((client, id) => {
      queued(client, id);
      client.script.pause(true);
    });
    expect(text(html)).toContain('The queue is paused');
    expect(text(html)).not.toContain('about');
  });

  it('shows steps, percent and stage while it is drawn, for eyes and screen readers', () => {
    const html = card(
      (client, id) => {
        running(client, id);
        client.script.progress(id, 12, { stage: 'fine_details' });
      },
      { image: { steps: 20 } },
    );
    expect(text(html)).toContain('Step 12 of 20');
    expect(text(html)).toContain('60 %');
    expect(text(html)).toContain('Fine details');
    expect(html).toContain('role="progressbar"');
    expect(html).toContain('aria-valuenow="60"');
    expect(html).toContain('aria-valuetext="Step 12 of 20, 60 percent"');
    expect(text(html)).toContain('Drawing, 50 percent.');
  });

  it('says which attempt it is, from the second on', () => {
    expect(text(card(running))).not.toContain('attempt');
    const html = card((client, id) => {
      running(client, id);
      client.script.requeue(id);
    });
    expect(text(html)).toContain('Waiting to be tried again');
    expect(text(html)).toContain('attempt 2 of 3');
  });

  it('reserves the room of the picture before it is there, and keeps it', () => {
    const room = /--ratio:([\d.]+)/;
    const image = { width: 1024, height: 512 };
    const waiting = room.exec(card(queued, { image }))?.[1];
    const done = room.exec(
      card(
        (client, id) => {
          running(client, id);
          client.script.complete(id);
        },
        { image },
      ),
    )?.[1];
    expect(waiting).toBe('2');
    expect(done).toBe(waiting);
  });

  it('has a finished picture’s settings and offers them again', () => {
    const html = card(
      (client, id) => {
        running(client, id);
        client.script.complete(id);
      },
      { image: { width: 512, height: 512, steps: 30, seed: 99 } },
    );
    expect(text(html)).toContain('512 × 512 30 steps seed 99');
    expect(text(html)).toContain('sketch-1');
    expect(html).toContain('data-testid="job-reuse"');
    expect(html).not.toContain('data-testid="job-cancel"');
    expect(html).not.toContain('data-testid="job-retry"');
  });

  it('has a room for each of several pictures', () => {
    const html = card(
      (client, id) => {
        running(client, id);
        client.script.complete(id);
      },
      { image: { count: 4 } },
    );
    expect(html.match(/class="cell-open"/g)).toHaveLength(4);
  });

  it('tells a failure in the catalogue’s words, with its reference, and lets one try again', () => {
    const html = card(failed('out_of_memory'));
    expect(html).toContain('data-code="out_of_memory"');
    expect(text(html)).toContain('The picture was too large for the image engine');
    expect(text(html)).toContain('Ask for a smaller picture, or for fewer at once.');
    expect(text(html)).toMatch(/Reference job-7f3a-\d+/);
    expect(html).toContain('data-testid="job-retry"');
  });

  it('offers no second try where that can’t help', () => {
    expect(card(failed('content_rejected'))).not.toContain('data-testid="job-retry"');
  });

  it('lets a cancelled one be tried again', () => {
    const html = card((client, id) => client.script.cancel(id));
    expect(html).toContain('data-status="cancelled"');
    expect(html).toContain('data-testid="job-retry"');
  });

  it('lets other people look, not act; an operator may', () => {
    expect(card(queued, { author: bob })).not.toContain('job-cancel');
    expect(card(failed('stuck'), { author: bob })).not.toContain('job-retry');
    const operator = fakeSession('Ada', ['user', 'operator']);
    expect(card(queued, { author: bob, as: operator })).toContain('job-cancel');
  });

  it('offers nothing new in an archived conversation', () => {
    const html = card(failed('stuck'), { readOnly: true });
    expect(html).not.toContain('job-retry');
    expect(html).not.toContain('job-reuse');
  });

  it('lists earlier tries', () => {
    const html = card((client, id) => {
      failed('stuck')(client, id);
      client.script.queueUp(client.script.retry(id));
    });
    expect(text(html)).toContain('1 earlier try');
    expect(text(html)).toContain('The drawing stopped moving');
  });
});
