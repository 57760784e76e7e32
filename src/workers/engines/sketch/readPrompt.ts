import type { Colour } from './colour.ts';
import { createRandom, hashText, type Random } from './random.ts';
import {
  type Feature,
  type Mood,
  type Scene,
  type Season,
  type Setting,
  type Subject,
  settings,
  type TimeOfDay,
  type Weather,
} from './scene.ts';
import { colourWords, type Meaning, meanings, phrases } from './words.ts';

/**
 * What to draw, from the words of a prompt. Known words decide; where none does, the prompt's own hash
 * chooses (so a prompt has one character) and the seed varies what the prompt leaves open (so four
 * pictures of one prompt differ). A word in the negative prompt, or after "no" or "without", says nothing.
 */
export function readPrompt(prompt: string, negativePrompt: string | null, seed: number): Scene {
  const unwanted = new Set(negativePrompt === null ? [] : tokens(negativePrompt).map(root));
  const said = understand(tokens(prompt), unwanted);
  const character = hashText(prompt.trim().toLowerCase());
  const open = createRandom(hashText(`${character}/${seed}`)).branch('open choices');
  const setting = chooseSetting(said, createRandom(character));
  const time = said.time ?? chooseTime(setting, said, open);
  return {
    setting,
    subjects: said.subjects,
    time,
    weather: said.weather ?? chooseWeather(setting, open),
    season: said.season,
    mood: said.mood,
    colours: said.colours,
    groundColour: said.groundColour,
    features: said.features,
    character,
  };
}

interface Said {
  readonly votes: Map<Setting, number>;
  readonly subjects: Subject[];
  readonly colours: Colour[];
  readonly features: Set<Feature>;
  time: TimeOfDay | null;
  weather: Weather | null;
  season: Season | null;
  mood: Mood | null;
  groundColour: Colour | null;
}

function tokens(text: string): string[] {
  let joined = text.toLowerCase();
  for (const [phrase, word] of phrases) joined = joined.replace(phrase, word);
  return joined.match(/\p{L}+/gu) ?? [];
}

/** The word as the tables know it: itself, or without the ending of a plural. */
function root(word: string): string {
  for (const form of [word, word.replace(/s$/, ''), word.replace(/es$/, '')]) {
    if (meanings.has(form) || Object.hasOwn(colourWords, form)) return form;
  }
  return word;
}

function understand(words: readonly string[], unwanted: ReadonlySet<string>): Said {
  const said: Said = {
    votes: new Map(),
    subjects: [],
    colours: [],
    features: new Set(),
    time: null,
    weather: null,
    season: null,
    mood: null,
    groundColour: null,
  };
  let waiting: Colour | null = null;
  words.forEach((word, index) => {
    const form = root(word);
    if (unwanted.has(form) || ['no', 'without'].includes(words[index - 1] ?? '')) return;
    const named = isFruitNotColour(word) ? undefined : colourNamed(form);
    if (named !== undefined) {
      if (waiting !== null) said.colours.push(waiting);
      waiting = named;
      if (!meansMoreThanColour(form)) return;
    }
    const meaning = meanings.get(form);
    if (meaning?.subject !== undefined && named === undefined) {
      said.subjects.push({ kind: meaning.subject, colour: waiting });
      waiting = null;
    } else if (waiting !== null && named === undefined) {
      if (isLandOrWater(meaning)) said.groundColour ??= waiting;
      else said.colours.push(waiting);
      waiting = null;
    }
    if (meaning !== undefined && (named === undefined || meansMoreThanColour(form))) take(said, meaning);
  });
  if (waiting !== null) said.colours.push(waiting);
  return said;
}

const openCountry: ReadonlySet<Setting> = new Set([
  'mountains',
  'hills',
  'sea',
  'forest',
  'garden',
  'desert',
]);

/** Whether a word names a place with ground of its own, which a colour before it then belongs to. */
const isLandOrWater = (meaning: Meaning | undefined): boolean =>
  meaning?.setting !== undefined && meaning.setting[1] >= 2 && openCountry.has(meaning.setting[0]);

/** "orange" is a colour, "oranges" are fruit; "rose" and "lavender" are both a colour and flowers. */
const isFruitNotColour = (word: string): boolean => word === 'oranges' || word === 'roses';
const meansMoreThanColour = (form: string): boolean => form === 'lavender' || form === 'rose';
const colourNamed = (form: string): Colour | undefined =>
  Object.hasOwn(colourWords, form) ? colourWords[form] : undefined;

/** The first word of a kind wins: "a rainy night after a sunny day" is a rainy night. */
function take(said: Said, meaning: Meaning): void {
  if (meaning.setting !== undefined) {
    const [setting, weight] = meaning.setting;
    said.votes.set(setting, (said.votes.get(setting) ?? 0) + weight);
  }
  said.time ??= meaning.time ?? null;
  said.weather ??= meaning.weather ?? null;
  said.season ??= meaning.season ?? null;
  said.mood ??= meaning.mood ?? null;
  for (const feature of meaning.features ?? []) said.features.add(feature);
}

function chooseSetting(said: Said, byPrompt: Random): Setting {
  let best: Setting | null = null;
  let most = 0;
  for (const setting of settings) {
    const votes = said.votes.get(setting) ?? 0;
    if (votes > most) {
      best = setting;
      most = votes;
    }
  }
  if (best !== null) return best;
  if (said.time !== null || said.weather !== null || said.season !== null || said.subjects.length > 0) {
    return byPrompt.pick(['hills', 'mountains', 'sea', 'forest']);
  }
  if (said.colours.length > 0 || said.mood !== null) return 'abstract';
  return byPrompt.pick(['abstract', 'mountains', 'sea', 'hills', 'desert', 'forest', 'city', 'space']);
}

function chooseTime(setting: Setting, said: Said, open: Random): TimeOfDay {
  if (said.weather === 'storm' || said.weather === 'rain') return open.pick(['day', 'dusk', 'day']);
  switch (setting) {
    case 'nightSky':
    case 'space':
      return 'night';
    case 'city':
      return open.pick(['dusk', 'night', 'sunset', 'dawn']);
    case 'desert':
      return open.pick(['goldenHour', 'sunset', 'day']);
    case 'mountains':
    case 'sea':
      return open.pick(['dawn', 'day', 'goldenHour', 'sunset']);
    default:
      return open.pick(['day', 'goldenHour', 'day', 'dawn']);
  }
}

function chooseWeather(setting: Setting, open: Random): Weather {
  if (setting === 'mountains' || setting === 'forest') return open.pick(['clear', 'fog', 'clouds']);
  return open.pick(['clear', 'clouds']);
}
