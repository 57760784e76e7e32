import { type Colour, colour } from './colour.ts';
import type { Feature, Mood, Season, Setting, SubjectKind, TimeOfDay, Weather } from './scene.ts';

/** What one word of a prompt says; a word may say several things. */
export interface Meaning {
  /** A vote for a setting: 3 names the place itself, 2 implies it, 1 merely fits it. */
  readonly setting?: readonly [Setting, number];
  readonly subject?: SubjectKind;
  readonly time?: TimeOfDay;
  readonly weather?: Weather;
  readonly season?: Season;
  readonly mood?: Mood;
  readonly features?: readonly Feature[];
}

/** Expressions of several words, joined to one before the prompt is taken apart. */
export const phrases: readonly (readonly [RegExp, string])[] = [
  [/\bgolden hour\b/g, 'goldenhour'],
  [/\bblue hour\b/g, 'bluehour'],
  [/\bstill[ -]life\b/g, 'stilllife'],
  [/\bmilky way\b/g, 'milkyway'],
  [/\bnorthern lights\b/g, 'aurora'],
  [/\bhot[ -]air balloon/g, 'balloon'],
  [/\bblack[ -]and[ -]white\b/g, 'monochrome'],
  [/\b(sail|sailing|fishing|rowing) ?boat/g, 'boat'],
  [/\b(cherry|almond|apple) (blossom|tree)/g, 'blossom'],
  [/\bnight ?sky\b/g, 'nightsky'],
  [/\b(old|elderly) (man|woman|lady|person)\b/g, 'old $2'],
];

export const colourWords: Readonly<Record<string, Colour>> = {
  red: colour('#d23a30'),
  crimson: colour('#b81f3c'),
  scarlet: colour('#e03424'),
  burgundy: colour('#7a1f35'),
  pink: colour('#ee8fb4'),
  magenta: colour('#d0379b'),
  rose: colour('#e0798f'),
  coral: colour('#f2785c'),
  orange: colour('#ee8a2b'),
  amber: colour('#f0a62c'),
  gold: colour('#e3b13b'),
  golden: colour('#e3b13b'),
  yellow: colour('#f2cf3d'),
  ochre: colour('#c58b35'),
  brown: colour('#80532f'),
  copper: colour('#b9693a'),
  beige: colour('#d9c3a0'),
  green: colour('#4c9a4a'),
  emerald: colour('#1f9d6b'),
  olive: colour('#7e8235'),
  mint: colour('#8fd9b8'),
  teal: colour('#14807f'),
  turquoise: colour('#35bdb8'),
  cyan: colour('#35bfd8'),
  blue: colour('#2f66c8'),
  azure: colour('#3d96e3'),
  navy: colour('#1e2f66'),
  indigo: colour('#3d3a96'),
  violet: colour('#7b46b8'),
  purple: colour('#7d3fa6'),
  lavender: colour('#b09bdc'),
  lilac: colour('#c0a0d8'),
  white: colour('#f4f1ea'),
  ivory: colour('#f3ead6'),
  cream: colour('#f0e3c6'),
  silver: colour('#b7bdc6'),
  grey: colour('#83878d'),
  gray: colour('#83878d'),
  black: colour('#1d1d22'),
};

/** Words of a kind that mean the same. */
function all(words: string, meaning: Meaning): [string, Meaning][] {
  return words.split(' ').map((word) => [word, meaning]);
}

const places: [string, Meaning][] = [
  ...all('mountain alp alps peak summit range', { setting: ['mountains', 3] }),
  ...all('fjord', { setting: ['mountains', 3], features: ['lake'] }),
  ...all('lake pond reflection', { setting: ['mountains', 2], features: ['lake'] }),
  ...all('glacier iceberg', { setting: ['mountains', 3], features: ['snowyGround', 'lake'] }),
  ...all('valley canyon', { setting: ['mountains', 2] }),
  ...all('volcano', { setting: ['mountains', 3] }),
  ...all('hill meadow field countryside farm pasture tuscany prairie vineyard landscape', {
    setting: ['hills', 3],
  }),
  ...all('village', { setting: ['hills', 2], subject: 'house' }),
  ...all('river stream', { setting: ['hills', 1], features: ['river', 'lake'] }),
  ...all('desert dune sahara oasis sand cactus', { setting: ['desert', 3] }),
  ...all('camel pyramid', { setting: ['desert', 2] }),
  ...all('sea ocean seascape bay atlantic pacific', { setting: ['sea', 3] }),
  ...all('beach coast shore island lagoon tropical palm', { setting: ['sea', 3], features: ['beach'] }),
  ...all('wave surf', { setting: ['sea', 3], features: ['waves'] }),
  ...all('cliff', { setting: ['sea', 1], features: ['cliff'] }),
  ...all('harbour harbor', { setting: ['sea', 2], subject: 'boat' }),
  ...all('city skyline skyscraper downtown cityscape metropolis cyberpunk tokyo manhattan urban', {
    setting: ['city', 3],
  }),
  ...all('street building town rooftop neon tower', { setting: ['city', 2] }),
  ...all('forest wood woodland jungle birch', { setting: ['forest', 3] }),
  ...all('pine spruce fir conifer taiga', { setting: ['forest', 3], features: ['firs'] }),
  ...all('garden orchard park', { setting: ['garden', 3] }),
  ...all('blossom sakura', { setting: ['garden', 3], season: 'spring', features: ['blossom'] }),
  ...all('nightsky', { setting: ['nightSky', 3], time: 'night', features: ['stars'] }),
  ...all('space cosmos universe nebula galaxy galaxies astronaut', { setting: ['space', 3] }),
  ...all('planet saturn jupiter mars', { setting: ['space', 3], features: ['planet'] }),
  ...all('portrait face selfie headshot', { setting: ['portrait', 5] }),
  ...all('stilllife', { setting: ['stillLife', 5] }),
  ...all('table fruit kitchen', { setting: ['stillLife', 2] }),
  ...all('abstract geometric bauhaus kandinsky cubist cubism shapes pattern texture', {
    setting: ['abstract', 5],
  }),
];

const things: [string, Meaning][] = [
  ...all('fox', { subject: 'fox', setting: ['forest', 1] }),
  ...all('wolf wolves coyote', { subject: 'wolf', setting: ['forest', 1] }),
  ...all('cat kitten kitty tomcat', { subject: 'cat', setting: ['garden', 1] }),
  ...all('dog puppy retriever hound corgi', { subject: 'dog', setting: ['hills', 1] }),
  ...all('deer stag elk moose reindeer', { subject: 'deer', setting: ['forest', 1] }),
  ...all('bird gull seagull crane geese goose swallow raven crow eagle', { subject: 'bird' }),
  ...all('boat sailboat yacht sail sailing dinghy canoe', { subject: 'boat', setting: ['sea', 2] }),
  ...all('ship galleon frigate', { subject: 'ship', setting: ['sea', 2] }),
  ...all('lighthouse', { subject: 'lighthouse', setting: ['sea', 2] }),
  ...all('house cabin cottage hut farmhouse barn chalet home', {
    subject: 'house',
    setting: ['hills', 1],
  }),
  ...all('balloon', { subject: 'balloon', setting: ['hills', 1] }),
  ...all('tree oak willow', { subject: 'tree', setting: ['hills', 1] }),
  ...all('woman lady girl queen princess dancer', {
    subject: 'person',
    setting: ['portrait', 1.5],
    features: ['longHair'],
  }),
  ...all('man boy king gentleman knight wizard sailor fisherman', {
    subject: 'person',
    setting: ['portrait', 1.5],
    features: ['man', 'shortHair'],
  }),
  ...all('person people traveller traveler wanderer hiker human figure', {
    subject: 'person',
    setting: ['portrait', 1],
  }),
  ...all('child kid baby', { subject: 'person', setting: ['portrait', 1], features: ['child'] }),
  ...all('vase jug pitcher pot', { subject: 'vase', setting: ['stillLife', 4] }),
  ...all('bowl plate', { subject: 'bowl', setting: ['stillLife', 3] }),
  ...all('bottle wine', { subject: 'bottle', setting: ['stillLife', 3] }),
  ...all('candle', { subject: 'candle', setting: ['stillLife', 3] }),
  ...all('orange tangerine mandarin peach', { subject: 'orange', setting: ['stillLife', 2] }),
  ...all('apple', { subject: 'apple', setting: ['stillLife', 2] }),
  ...all('lemon lime', { subject: 'lemon', setting: ['stillLife', 2] }),
  ...all('pear quince', { subject: 'pear', setting: ['stillLife', 2] }),
  ...all('grape', { subject: 'grapes', setting: ['stillLife', 2] }),
  ...all('bouquet', { subject: 'flowers', setting: ['stillLife', 3] }),
  ...all('flower rose tulip sunflower poppy poppies lily peony daisy daisies lavender', {
    subject: 'flowers',
    setting: ['garden', 1.5],
  }),
];

const conditions: [string, Meaning][] = [
  ...all('dawn sunrise daybreak morning', { time: 'dawn' }),
  ...all('day daylight noon midday afternoon', { time: 'day' }),
  ...all('sun sunny sunshine', { time: 'day', weather: 'clear', features: ['sun'] }),
  ...all('goldenhour sunlit', { time: 'goldenHour', features: ['sun'] }),
  ...all('sunset', { time: 'sunset', features: ['sun'] }),
  ...all('evening', { time: 'sunset' }),
  ...all('dusk twilight bluehour', { time: 'dusk' }),
  ...all('night midnight nocturnal nighttime', { time: 'night' }),
  ...all('moon moonlight moonlit lunar', { time: 'night', features: ['moon'] }),
  ...all('star starry constellation', {
    time: 'night',
    features: ['stars'],
    setting: ['nightSky', 1.2],
  }),
  ...all('milkyway', { time: 'night', features: ['stars', 'milkyWay'], setting: ['nightSky', 3.5] }),
  ...all('aurora borealis', { time: 'night', features: ['aurora', 'stars'], setting: ['nightSky', 1.6] }),
  ...all('rain rainy drizzle wet downpour', { weather: 'rain' }),
  ...all('snowfall snowing blizzard flurry', { weather: 'snow', features: ['snowyGround'] }),
  ...all('snow snowy', { weather: 'snow', season: 'winter', features: ['snowyGround'] }),
  ...all('frozen ice icy frost frosty', { season: 'winter', features: ['snowyGround'] }),
  ...all('fog foggy mist misty haze hazy', { weather: 'fog' }),
  ...all('storm stormy thunder thunderstorm lightning tempest hurricane', {
    weather: 'storm',
    features: ['waves'],
  }),
  ...all('cloud cloudy overcast clouds', { weather: 'clouds' }),
  ...all('clear cloudless', { weather: 'clear' }),
  ...all('rainbow', { weather: 'clouds', features: ['rainbow'], setting: ['hills', 0.5] }),
  ...all('calm still quiet serene peaceful', { features: ['calm'] }),
  ...all('spring', { season: 'spring', features: ['blossom'] }),
  ...all('summer', { season: 'summer' }),
  ...all('autumn autumnal fall october', { season: 'autumn' }),
  ...all('winter wintry christmas', { season: 'winter', features: ['snowyGround'] }),
  ...all('pastel soft delicate dreamy', { mood: 'pastel' }),
  ...all('vivid vibrant neon colourful colorful bright psychedelic', { mood: 'vivid' }),
  ...all('monochrome grayscale greyscale noir charcoal ink', { mood: 'monochrome' }),
  ...all('dark gloomy moody gothic', { mood: 'dark' }),
  ...all('warm cosy cozy', { mood: 'warm' }),
  ...all('cool cold', { mood: 'cool' }),
  ...all('old elderly grandmother grandfather', { features: ['old'] }),
  ...all('bearded beard', { features: ['man', 'shortHair'] }),
];

/** Later lists add to earlier ones where a word stands in both. */
export const meanings: ReadonlyMap<string, Meaning> = new Map([...places, ...things, ...conditions]);
