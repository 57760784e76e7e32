import type { Easel } from './easel.ts';
import { abstract } from './motifs/abstract.ts';
import { city } from './motifs/city.ts';
import { desert } from './motifs/desert.ts';
import { forest } from './motifs/forest.ts';
import { garden } from './motifs/garden.ts';
import { hills } from './motifs/hills.ts';
import type { Motif } from './motifs/motif.ts';
import { mountains } from './motifs/mountains.ts';
import { nightSky } from './motifs/nightSky.ts';
import { portrait } from './motifs/portrait.ts';
import { sea } from './motifs/sea.ts';
import { space } from './motifs/space.ts';
import { stillLife } from './motifs/stillLife.ts';
import type { Setting } from './scene.ts';
import { paintSky } from './sky.ts';
import { paintSubjects } from './subjects/place.ts';
import { paintWeather } from './weather.ts';

const motifs: Readonly<Record<Setting, Motif>> = {
  mountains,
  hills,
  desert,
  sea,
  city,
  forest,
  garden,
  nightSky,
  space,
  portrait,
  stillLife,
  abstract,
};

const indoors: ReadonlySet<Setting> = new Set(['portrait', 'stillLife', 'abstract', 'space']);

/** The study: the whole picture once, sharp, from the sky forward. The brush then paints after it. */
export function compose(easel: Easel): void {
  const { setting } = easel.scene;
  if (!indoors.has(setting)) paintSky(easel);
  const ground = motifs[setting](easel);
  if (ground !== null) paintSubjects(easel, ground);
  if (!indoors.has(setting)) paintWeather(easel);
}
