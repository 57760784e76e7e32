import { describe, expect, it } from 'vitest';
import { readPrompt } from '../../../../../src/workers/engines/sketch/readPrompt.ts';
import type { Scene } from '../../../../../src/workers/engines/sketch/scene.ts';
import { colourWords } from '../../../../../src/workers/engines/sketch/words.ts';

const read = (prompt: string, negative: string | null = null, seed = 1): Scene =>
  readPrompt(prompt, negative, seed);
const kinds = (scene: Scene): string[] => scene.subjects.map(({ kind }) => kind);

describe('reading a prompt', () => {
  it.each([
    ['misty mountains over a lake at sunset', 'mountains'],
    ['aurora over a frozen fjord', 'mountains'],
    ['rolling green hills', 'hills'],
    ['sand dunes in the Sahara', 'desert'],
    ['a tropical beach', 'sea'],
    ['sailing boat on a calm sea at golden hour', 'sea'],
    ['lighthouse on a cliff in a storm', 'sea'],
    ['city skyline at night in the rain', 'city'],
    ['a red fox in a snowy forest at dawn', 'forest'],
    ['cherry blossom garden in spring', 'garden'],
    ['the milky way', 'nightSky'],
    ['a distant galaxy', 'space'],
    ['portrait of a woman in teal', 'portrait'],
    ['an old man', 'portrait'],
    ['still life with oranges and a blue vase', 'stillLife'],
    ['abstract in gold and violet', 'abstract'],
  ])('finds the setting of "%s": %s', (prompt, setting) => {
    expect(read(prompt).setting).toBe(setting);
  });

  it.each([
    ['mountains at dawn', 'dawn'],
    ['a beach at noon', 'day'],
    ['hills at golden hour', 'goldenHour'],
    ['sea, sunset', 'sunset'],
    ['forest at twilight', 'dusk'],
    ['moonlit desert', 'night'],
    ['aurora', 'night'],
  ])('finds the time of day of "%s": %s', (prompt, time) => {
    expect(read(prompt).time).toBe(time);
  });

  it.each([
    ['rainy street', 'rain'],
    ['foggy harbour', 'fog'],
    ['ship in a thunderstorm', 'storm'],
    ['snowy village', 'snow'],
    ['clouds over the sea', 'clouds'],
  ])('finds the weather of "%s": %s', (prompt, weather) => {
    expect(read(prompt).weather).toBe(weather);
  });

  it('binds a colour to the thing it stands before, and leaves the others to the palette', () => {
    const scene = read('still life with oranges and a blue vase in gold');
    expect(scene.subjects).toEqual([
      { kind: 'orange', colour: null },
      { kind: 'vase', colour: colourWords.blue },
    ]);
    expect(scene.colours).toEqual([colourWords.gold]);
  });

  it('binds a colour before land or water to the ground, so that green hills keep their sky', () => {
    const scene = read('hot air balloons over green hills');
    expect(scene.groundColour).toEqual(colourWords.green);
    expect(scene.colours).toEqual([]);
  });

  it('takes "orange" for a colour and "oranges" for fruit', () => {
    expect(read('an orange sunset').colours).toEqual([colourWords.orange]);
    expect(read('oranges on a table').colours).toEqual([]);
    expect(kinds(read('oranges on a table'))).toEqual(['orange']);
  });

  it('puts a person into a landscape, and into a portrait only where there is no landscape', () => {
    const walking = read('a woman walking on the beach');
    expect(walking.setting).toBe('sea');
    expect(kinds(walking)).toEqual(['person']);
    expect(read('a woman with long hair').setting).toBe('portrait');
  });

  it('understands plurals, capitals and punctuation', () => {
    expect(read('FOXES, wolves & BIRDS!').subjects.map(({ kind }) => kind)).toEqual(['fox', 'wolf', 'bird']);
  });

  it('leaves out what the negative prompt names', () => {
    const scene = read('a boat on the sea in the rain at night', 'rain, boats');
    expect(scene.weather).not.toBe('rain');
    expect(scene.subjects).toEqual([]);
    expect(scene.time).toBe('night');
  });

  it('leaves out what follows "no" or "without"', () => {
    expect(read('a garden with no people').subjects).toEqual([]);
    expect(read('hills without trees').subjects).toEqual([]);
  });

  it('is the same for the same prompt and seed', () => {
    expect(read('something wonderful', null, 5)).toEqual(read('something wonderful', null, 5));
  });

  it('keeps the setting of a prompt over all seeds, and varies what the prompt leaves open', () => {
    const scenes = Array.from({ length: 30 }, (_, seed) => read('qwertz uiop', null, seed));
    expect(new Set(scenes.map(({ setting }) => setting)).size).toBe(1);
    const times = Array.from({ length: 30 }, (_, seed) => read('mountains', null, seed).time);
    expect(new Set(times).size).toBeGreaterThan(2);
  });

  it('gives different prompts without a known word different settings', () => {
    const words = [
      'Sehnsucht',
      'xyzzy',
      'hello',
      'ありがとう',
      '42',
      'lorem ipsum',
      'why?',
      '…',
      'été',
      'foo bar',
    ];
    expect(new Set(words.map((word) => read(word).setting)).size).toBeGreaterThan(3);
  });

  it('reads any text at all', () => {
    for (const text of [
      '',
      ' ',
      '🦊🌲',
      'constructor',
      '__proto__ hasOwnProperty',
      '(((',
      'a'.repeat(4000),
    ]) {
      expect(read(text, text).setting).toBeTypeOf('string');
    }
  });
});
