import { type Colour, chroma, colour, lighter, mix, tinted, vivid } from './colour.ts';
import type { Random } from './random.ts';
import type { Mood, Scene, TimeOfDay, Weather } from './scene.ts';

/** The colours of one picture. Every motif paints with these, so that all things stand in the same light. */
export interface Palette {
  /** The sky from the top to the horizon. */
  readonly zenith: Colour;
  readonly sky: Colour;
  readonly horizon: Colour;
  /** The sun or moon itself, and what it touches. */
  readonly light: Colour;
  /** Land at the horizon, seen through all the air, and land at one's feet. */
  readonly far: Colour;
  readonly near: Colour;
  /** Leaves and grass: in the shade, and lit. */
  readonly leaf: Colour;
  readonly leafLit: Colour;
  readonly deepWater: Colour;
  /** The darkest dark; never quite black. */
  readonly ink: Colour;
  /** Snow and foam, in this light. */
  readonly white: Colour;
  /** For things made by people: clothes, sails, petals, fruit. */
  readonly accents: readonly [Colour, Colour, Colour];
  /** Lamps and windows. */
  readonly lamp: Colour;
}

type Base = readonly [
  zenith: string,
  sky: string,
  horizon: string,
  light: string,
  far: string,
  near: string,
  leaf: string,
  leafLit: string,
  deepWater: string,
];

/** Two moods for each time of day, picked by the seed. */
const bases: Readonly<Record<TimeOfDay, readonly [Base, Base]>> = {
  dawn: [
    ['#5d7fb8', '#b9a9cf', '#ffd6b8', '#fff1d6', '#a9a8cb', '#2d3a55', '#3a6a48', '#b4c064', '#345a78'],
    ['#7aa3c9', '#e3bcc6', '#ffe6c4', '#fff6e0', '#b5b3cf', '#344459', '#3f7048', '#c6c968', '#3f6c86'],
  ],
  day: [
    ['#2e6fbf', '#78b4e6', '#e2f1f8', '#fffbea', '#9cbcd6', '#27453f', '#35663a', '#a4bd55', '#155a82'],
    ['#3f8fc4', '#93cbe8', '#f4f0dc', '#fff8dc', '#a6c4cf', '#2d4b3c', '#3d6e35', '#b5c25a', '#126a80'],
  ],
  goldenHour: [
    ['#5a86b3', '#e0b987', '#ffe3a3', '#fff3c9', '#c9a287', '#3b3136', '#5b5a2c', '#d9a943', '#3c5f77'],
    ['#7593b5', '#eebf86', '#ffd98f', '#fff0bf', '#c79a8c', '#40303a', '#5e552c', '#dba53f', '#41607a'],
  ],
  sunset: [
    ['#2f3776', '#c4527a', '#ffb35e', '#fff0b8', '#a86a8d', '#2a1f3f', '#3a3340', '#c67a48', '#3a3566'],
    ['#34558a', '#e07a64', '#ffcb6e', '#fff3c4', '#b47a86', '#2b2440', '#3c3a3d', '#cb8a46', '#33446e'],
  ],
  dusk: [
    ['#141f52', '#5a4a8f', '#eaa0a0', '#ffe6d0', '#6b6399', '#151a38', '#1f2f40', '#5d6a72', '#1d2a5a'],
    ['#17324f', '#3f6f92', '#f2b894', '#ffe9cf', '#5d7795', '#13212f', '#1b3338', '#5b7468', '#173a55'],
  ],
  night: [
    ['#060b26', '#122656', '#35588c', '#eef3ff', '#30497a', '#080d20', '#0f2029', '#35565f', '#0a1a3c'],
    ['#0a0b2b', '#231d58', '#4f4a8f', '#f3efff', '#3b3d78', '#0b0a20', '#141b30', '#3f4c70', '#10123c'],
  ],
};

export function choosePalette(scene: Scene, random: Random): Palette {
  const base = random.branch('palette').pick(bases[scene.time]);
  const [zenith, sky, horizon, light, far, near, leaf, leafLit, deepWater] = base.map(colour) as Colours;
  const dark = scene.time === 'night' || scene.time === 'dusk';
  const natural: Palette = {
    zenith,
    sky,
    horizon,
    light,
    far,
    near,
    leaf: seasonal(leaf, scene),
    leafLit: seasonal(leafLit, scene),
    // Shallow water over sand is turquoise, whatever the sea is called.
    deepWater: scene.features.has('beach') && !dark ? mix(deepWater, colour('#1aa0a8'), 0.6) : deepWater,
    ink: mix(near, colour('#08080f'), 0.55),
    white: mix(colour('#fbfaf6'), mix(sky, horizon, 0.5), dark ? 0.5 : 0.12),
    accents: [colour('#d2513f'), colour('#e6b04a'), colour('#3f7fa8')],
    lamp: colour('#ffd27a'),
  };
  const weathered = inWeather(natural, scene.weather, dark);
  return inMood(onGround(inColours(weathered, scene.colours), scene.groundColour), scene.mood);
}

type Colours = [Colour, Colour, Colour, Colour, Colour, Colour, Colour, Colour, Colour];

const seasonLeaves = { spring: '#9cc257', summer: '#5f9a3c', autumn: '#cf7a2c', winter: '#8e8f92' } as const;

function seasonal(leaf: Colour, { season }: Scene): Colour {
  if (season === null) return leaf;
  return { ...mix(leaf, colour(seasonLeaves[season]), season === 'autumn' ? 0.75 : 0.45), l: leaf.l };
}

/** How much of the light and the colour the weather takes: [towards grey, darker]. */
const veils: Readonly<Record<Weather, readonly [number, number]>> = {
  clear: [0, 0],
  clouds: [0.15, 0.01],
  rain: [0.55, 0.09],
  snow: [0.4, -0.02],
  fog: [0.42, -0.01],
  storm: [0.6, 0.17],
};

function inWeather(palette: Palette, weather: Weather, dark: boolean): Palette {
  const [grey, darker] = veils[weather];
  const slate = colour(weather === 'storm' ? '#4a6272' : '#7d8f9e');
  const veil = (value: Colour): Colour => {
    const hued = { ...mix(value, slate, grey * 0.8), l: value.l };
    return lighter(hued, dark ? -darker / 3 : -darker);
  };
  return {
    ...palette,
    zenith: veil(palette.zenith),
    sky: veil(palette.sky),
    horizon: lighter({ ...mix(palette.horizon, slate, grey * 0.45), l: palette.horizon.l }, -darker * 0.8),
    far: veil(palette.far),
    leafLit: veil(palette.leafLit),
    deepWater: veil(palette.deepWater),
    white: lighter(palette.white, -darker * 0.5),
  };
}

/**
 * The colour words of the prompt, from dark to light, each take the part of the palette they are like: in
 * "gold and violet" the shadows turn violet and the light turns gold, in either order of the words.
 */
function inColours(palette: Palette, colours: readonly Colour[]): Palette {
  const [first, ...others] = [...colours].sort((one, other) => one.l - other.l);
  if (first === undefined) return palette;
  const last = others.at(-1) ?? first;
  const middle = others[0] ?? first;
  const cover = (value: Colour, word: Colour, strength: number): Colour => {
    const hued = tinted(value, word, strength);
    // Black and white have no hue to give, only their lightness.
    const pull = chroma(word) < 0.03 ? 0.45 : 0.16;
    return { ...hued, l: hued.l + (word.l - hued.l) * pull };
  };
  return {
    zenith: cover(palette.zenith, first, 0.8),
    sky: cover(palette.sky, middle, 0.75),
    horizon: cover(palette.horizon, last, 0.6),
    light: tinted(palette.light, last, 0.35),
    far: cover(palette.far, middle, 0.7),
    near: tinted(palette.near, first, 0.7),
    leaf: cover(palette.leaf, first, 0.6),
    leafLit: cover(palette.leafLit, last, 0.6),
    deepWater: cover(palette.deepWater, first, 0.8),
    ink: tinted(palette.ink, first, 0.5),
    white: tinted(palette.white, last, 0.15),
    accents: [first, middle, last],
    lamp: tinted(palette.lamp, last, 0.4),
  };
}

/** "Green hills" under a blue sky: what grows and flows takes the colour, the air only a breath of it. */
function onGround(palette: Palette, ground: Colour | null): Palette {
  if (ground === null) return palette;
  const cover = (value: Colour, strength: number): Colour => {
    const hued = tinted(value, ground, strength);
    return { ...hued, l: hued.l + (ground.l - hued.l) * 0.2 };
  };
  return {
    ...palette,
    far: tinted(palette.far, ground, 0.3),
    near: tinted(palette.near, ground, 0.5),
    leaf: cover(palette.leaf, 0.85),
    leafLit: cover(palette.leafLit, 0.8),
    deepWater: cover(palette.deepWater, 0.85),
  };
}

function inMood(palette: Palette, mood: Mood | null): Palette {
  return mood === null ? palette : mapped(palette, (value) => moods[mood](value));
}

/** What a mood does to every colour; motifs with colours of their own ask for it too. */
export const moods: Readonly<Record<Mood, (value: Colour) => Colour>> = {
  pastel: ({ l, a, b }) => ({ l: 0.42 + l * 0.56, a: a * 0.62, b: b * 0.62 }),
  vivid: (value) => vivid(value, 1.45),
  monochrome: ({ l, a, b }) => ({ l, a: a * 0.04, b: b * 0.04 + 0.004 }),
  dark: ({ l, a, b }) => ({ l: l * 0.74, a: a * 0.8, b: b * 0.8 }),
  warm: ({ l, a, b }) => ({ l, a: a + 0.018, b: b + 0.03 }),
  cool: ({ l, a, b }) => ({ l, a: a - 0.012, b: b - 0.03 }),
};

function mapped(palette: Palette, change: (value: Colour) => Colour): Palette {
  const [first, second, third] = palette.accents;
  return {
    zenith: change(palette.zenith),
    sky: change(palette.sky),
    horizon: change(palette.horizon),
    light: change(palette.light),
    far: change(palette.far),
    near: change(palette.near),
    leaf: change(palette.leaf),
    leafLit: change(palette.leafLit),
    deepWater: change(palette.deepWater),
    ink: change(palette.ink),
    white: change(palette.white),
    accents: [change(first), change(second), change(third)],
    lamp: change(palette.lamp),
  };
}
