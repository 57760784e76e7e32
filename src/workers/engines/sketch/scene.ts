import type { Colour } from './colour.ts';

/** What a prompt was understood as: everything the motifs need to know, and nothing about pixels. */
export interface Scene {
  readonly setting: Setting;
  readonly subjects: readonly Subject[];
  readonly time: TimeOfDay;
  readonly weather: Weather;
  readonly season: Season | null;
  readonly mood: Mood | null;
  /** The colour words that aren't bound to a subject, in the prompt's order; the palette follows them. */
  readonly colours: readonly Colour[];
  /** A colour standing before the land or the water ("green hills"): that is tinted, and not the sky. */
  readonly groundColour: Colour | null;
  readonly features: ReadonlySet<Feature>;
  /** 32 bits of the prompt: the same words always have the same character, whatever the seed. */
  readonly character: number;
}

export interface Subject {
  readonly kind: SubjectKind;
  /** The colour word standing right before it ("a red fox"); null for its natural colour. */
  readonly colour: Colour | null;
}

export const settings = [
  'mountains',
  'hills',
  'desert',
  'sea',
  'city',
  'forest',
  'garden',
  'nightSky',
  'space',
  'portrait',
  'stillLife',
  'abstract',
] as const;
export type Setting = (typeof settings)[number];

export const timesOfDay = ['dawn', 'day', 'goldenHour', 'sunset', 'dusk', 'night'] as const;
export type TimeOfDay = (typeof timesOfDay)[number];

export type Weather = 'clear' | 'clouds' | 'rain' | 'snow' | 'fog' | 'storm';
export type Season = 'spring' | 'summer' | 'autumn' | 'winter';
export type Mood = 'pastel' | 'vivid' | 'monochrome' | 'dark' | 'warm' | 'cool';

/** Things with a place of their own in a landscape, or on the table. */
export type SubjectKind =
  | 'fox'
  | 'wolf'
  | 'cat'
  | 'dog'
  | 'deer'
  | 'bird'
  | 'boat'
  | 'ship'
  | 'lighthouse'
  | 'house'
  | 'person'
  | 'balloon'
  | 'tree'
  | 'vase'
  | 'bowl'
  | 'bottle'
  | 'candle'
  | 'orange'
  | 'apple'
  | 'lemon'
  | 'pear'
  | 'grapes'
  | 'flowers';

/** What changes a setting without being a thing in it. */
export type Feature =
  | 'lake'
  | 'river'
  | 'beach'
  | 'cliff'
  | 'calm'
  | 'waves'
  | 'blossom'
  | 'firs'
  | 'snowyGround'
  | 'stars'
  | 'milkyWay'
  | 'aurora'
  | 'moon'
  | 'sun'
  | 'planet'
  | 'rainbow'
  | 'man'
  | 'child'
  | 'old'
  | 'longHair'
  | 'shortHair';
