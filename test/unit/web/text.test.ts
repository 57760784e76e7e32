import { describe, expect, it } from 'vitest';
import { ApiProblem } from '../../../src/client/client.ts';
import type { ImageState, Message } from '../../../src/projections/model.ts';
import { conversationTitle, titleFrom } from '../../../web/text/conversation.ts';
import { about, bytes, counted, dayOf, duration, hueOf, initials, took } from '../../../web/text/format.ts';
import {
  announcement,
  attemptWords,
  fileName,
  healthWords,
  pictureBeingDrawn,
  stageWords,
} from '../../../web/text/imageJob.ts';
import { frameLayout } from '../../../web/text/layout.ts';
import { favouritePatch, isFavourite, tagFrom, tagPatch, tagsOf } from '../../../web/text/metadata.ts';
import { explain, fieldProblems } from '../../../web/text/problem.ts';
import { linesOf } from '../../../web/text/thread.ts';

describe('times and counts in words', () => {
  it.each([
    [-5_000, '0 s'],
    [8_999, '8 s'],
    [65_000, '1 min 05 s'],
    [7_800_000, '2 h 10 min'],
  ])('%i ms is %s', (milliseconds, words) => expect(duration(milliseconds)).toBe(words));

  it.each([
    [1_000, 'a few seconds'],
    [21_000, 'about 20 s'],
    [61_000, 'about a minute'],
    [170_000, 'about 3 min'],
    [7_200_000, 'about 2 h'],
  ])('%i ms is estimated as %s', (milliseconds, words) => expect(about(milliseconds)).toBe(words));

  it('says how long something took, finer where it was short', () => {
    expect(took(840)).toBe('0.8 s');
    expect(took(42_400)).toBe('42 s');
  });

  it('counts', () => {
    expect(counted(1, 'picture')).toBe('1 picture');
    expect(counted(1_200, 'picture')).toBe('1,200 pictures');
    expect(bytes(900)).toBe('900 B');
    expect(bytes(214_400)).toBe('214 kB');
    expect(bytes(2_140_000)).toBe('2.1 MB');
  });

  it('names days from today backwards', () => {
    const now = new Date(2026, 2, 14, 9);
    const at = (month: number, day: number, year = 2026) => new Date(year, month, day, 23, 50).toISOString();
    expect(dayOf(at(2, 14), now)).toBe('Today');
    expect(dayOf(at(2, 13), now)).toBe('Yesterday');
    expect(dayOf(at(2, 10), now)).toMatch(/day$/);
    expect(dayOf(at(0, 3, 2024), now)).toContain('2024');
  });
});

describe('people and conversations', () => {
  it('have initials, whatever the script', () => {
    expect(initials('Ada Lovelace')).toBe('AL');
    expect(initials('dev')).toBe('D');
    expect(initials('👩‍🎨')).toBe('👩');
    expect(initials('  ')).toBe('?');
  });

  it('have a colour that stays', () => {
    expect(hueOf('user-ada')).toBe(hueOf('user-ada'));
    expect(hueOf('user-ada')).toBeLessThan(360);
  });

  it('are called after the others where nobody gave a title', () => {
    const participants = [
      { id: 'a', name: 'Ada' },
      { id: 'b', name: 'Bob' },
    ] as never;
    expect(conversationTitle({ title: ' ', participants }, 'a')).toBe('Bob');
    expect(conversationTitle({ title: '', participants: [] }, 'a')).toBe('New conversation');
    expect(conversationTitle({ title: 'Prints', participants }, 'a')).toBe('Prints');
  });

  it('get a title out of the first message, cut at a word', () => {
    expect(titleFrom('  a lake \nand more')).toBe('a lake');
    const long = titleFrom('misty mountains over a lake at sunset, long exposure, calm water, golden light');
    expect(long).toBe('misty mountains over a lake at sunset, long exposure, calm…');
  });
});

describe('what a job says', () => {
  const image = {
    status: 'running',
    percent: 0,
    step: 0,
    steps: 20,
    attempt: 1,
    attempts: 3,
    request: { prompt: 'Misty mountains — über allem!', count: 1 },
    images: [],
    error: null,
  } as unknown as ImageState;

  it('is read out at each quarter only', () => {
    const heard = new Set(
      Array.from({ length: 101 }, (_, percent) => announcement({ ...image, percent }, null)),
    );
    expect([...heard]).toEqual([
      'Drawing has begun.',
      'Drawing, 25 percent.',
      'Drawing, 50 percent.',
      'Drawing, 75 percent.',
    ]);
  });

  it('is read out at each place', () => {
    const waiting = { ...image, status: 'queued' } as const;
    expect(announcement(waiting, 3)).toBe('Place 3 in the queue.');
    expect(announcement(waiting, 1)).toBe('Next in line.');
  });

  it('names the attempt that comes next while it waits for it', () => {
    expect(attemptWords(image)).toBeNull();
    expect(attemptWords({ ...image, attempt: 2 })).toBe('attempt 2 of 3');
    expect(attemptWords({ ...image, status: 'queued', attempt: 2 })).toBe('attempt 3 of 3');
  });

  it('counts the attempts of a job that has ended', () => {
    expect(attemptWords({ ...image, status: 'failed', attempt: 3 })).toBe('3 attempts');
    expect(attemptWords({ ...image, status: 'completed', attempt: 1 })).toBeNull();
  });

  it('names the stage as a person would write it', () => {
    expect(stageWords('fine_details')).toBe('Fine details');
    expect(stageWords(' ')).toBeNull();
    expect(stageWords(null)).toBeNull();
  });

  it('knows which of several pictures is being drawn', () => {
    const four = { ...image, steps: 40, request: { ...image.request, count: 4 } };
    expect([1, 10, 11, 25, 40].map((step) => pictureBeingDrawn({ ...four, step }))).toEqual([0, 0, 1, 2, 3]);
    expect(pictureBeingDrawn({ ...four, steps: 0 })).toBe(0);
  });

  it('gives a file a name that says what is in it', () => {
    const picture = { contentType: 'image/jpeg', seed: 7 } as never;
    expect(fileName({ ...image, images: [picture] }, 0)).toBe('misty-mountains-u-ber-allem-7.jpg');
  });
});

describe('what an engine was like when it was last asked', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
  const health = { isWell: false, isReachable: false, reason: 'no route', checkedAt: at(60), since: at(0) };
  const now = Date.parse(at(72));
  it.each([
    [{ ...health, isWell: true, isReachable: true, reason: null }, 'Well; asked 12 s ago'],
    [health, 'Not reachable for 1 min 12 s; asked 12 s ago'],
    [{ ...health, isReachable: true }, 'Answers, but is not well for 1 min 12 s; asked 12 s ago'],
    [null, 'Not asked lately: no process that draws is running'],
  ])('is told with when that was, and since when (%#)', (shown, words) => {
    expect(healthWords(shown, now)).toBe(words);
  });
});

describe('the room for pictures', () => {
  it('has the shape of the picture', () => {
    expect(frameLayout(896, 640, 1)).toEqual({ columns: 1, cellRatio: 1.4, ratio: 1.4 });
  });

  it('is a grid for several', () => {
    expect(frameLayout(512, 512, 4)).toEqual({ columns: 2, cellRatio: 1, ratio: 1 });
    expect(frameLayout(512, 512, 3).ratio).toBe(1);
    expect(frameLayout(512, 512, 6)).toMatchObject({ columns: 3, ratio: 1.5 });
    expect(frameLayout(512, 512, 8)).toMatchObject({ columns: 4, ratio: 2 });
  });

  it('is calmer than a strip', () => {
    expect(frameLayout(1536, 64, 1).ratio).toBe(2.4);
    expect(frameLayout(64, 1536, 1).ratio).toBe(0.6);
  });
});

describe('metadata', () => {
  it('holds the favourite', () => {
    expect(isFavourite({ favourite: true })).toBe(true);
    expect(isFavourite({ favourite: 'yes' })).toBe(false);
    expect(favouritePatch(false)).toEqual({ favourite: null });
  });

  it('holds tags as keys, so that two people who tag at once lose nothing', () => {
    expect(tagPatch('cover', true)).toEqual({ tags: { cover: true } });
    expect(tagsOf({ tags: { spring: true, cover: true, gone: false } })).toEqual(['cover', 'spring']);
    for (const tags of [null, 'cover', ['cover'], 3]) expect(tagsOf({ tags })).toEqual([]);
  });

  it('takes what was typed as a tag, where it can be one', () => {
    expect(tagFrom('  #spring   2027 ')).toBe('spring 2027');
    for (const text of ['', ' # ', '__proto__']) expect(tagFrom(text)).toBeNull();
  });
});

describe('problems', () => {
  const problem = new ApiProblem(400, 'invalid_input', 'Invalid', 'The width is wrong.', 'ref-1', [
    { path: 'image.width', message: 'must be at most 1536' },
  ]);

  it('are told in the server’s words, with the reference', () => {
    expect(explain(problem, 'Not sent')).toEqual({
      title: 'Not sent',
      detail: 'The width is wrong.',
      reference: 'ref-1',
    });
    expect(explain(new TypeError('fetch failed'), 'Not sent').detail).toContain('Check the connection');
  });

  it('are told at their field', () => {
    expect(fieldProblems(problem).get('width')).toBe('must be at most 1536');
    expect(fieldProblems(new Error('x')).size).toBe(0);
  });
});

describe('the lines of a conversation', () => {
  const message = (minute: number, author: string, day = 14) =>
    ({
      author: { id: author },
      createdAt: new Date(2026, 2, day, 10, minute).toISOString(),
    }) as unknown as Message;

  it('show a face once for what somebody says in a row, and each new day', () => {
    const lines = linesOf(
      [
        message(0, 'a', 13),
        message(0, 'a'),
        message(2, 'a'),
        message(3, 'b'),
        message(4, 'a'),
        message(30, 'a'),
      ],
      new Date(2026, 2, 14, 12),
    );
    expect(lines.map(({ follows }) => follows)).toEqual([false, false, true, false, false, false]);
    expect(lines.map(({ day }) => day)).toEqual(['Yesterday', 'Today', null, null, null, null]);
  });
});
