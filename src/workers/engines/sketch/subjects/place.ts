import type { Easel } from '../easel.ts';
import type { Ground } from '../motifs/motif.ts';
import type { Subject } from '../scene.ts';
import { paintSittingAnimal } from './animals.ts';
import { paintHouse, paintLighthouse } from './buildings.ts';
import { paintDeer } from './deer.ts';
import { paintBalloon, paintBirds, paintLoneTree, paintWanderer } from './small.ts';
import { paintSailingBoat, paintTallShip } from './vessels.ts';

/** Puts the things of the prompt into the setting, on the thirds, the first one opposite the sun. */
export function paintSubjects(easel: Easel, ground: Ground): void {
  const { scene, width, unit, lightSide } = easel;
  const middle = width / 2;
  scene.subjects.slice(0, 4).forEach((subject, index) => {
    const aside = ([-0.15, 0.17, -0.31, 0.03][index] ?? 0) * lightSide;
    const x = middle + aside * Math.min(width, unit * 180);
    paintSubject(easel, ground, subject, x, index);
  });
}

function paintSubject(
  easel: Easel,
  ground: Ground,
  { kind, colour }: Subject,
  x: number,
  index: number,
): void {
  const { width, height, horizon, unit, lightSide, random } = easel;
  const foot = ground.footing(x);
  const afloat = ground.waterline;
  switch (kind) {
    case 'fox':
    case 'wolf':
    case 'cat':
    case 'dog':
      paintSittingAnimal(easel, kind, colour, x, foot, ground.size * (kind === 'cat' ? 1.45 : 1.6));
      return;
    case 'deer':
      paintDeer(easel, colour, x, foot, ground.size * 1.75);
      return;
    case 'bird':
      paintBirds(easel, colour);
      return;
    case 'boat':
      if (afloat !== null) paintSailingBoat(easel, colour, x, afloat, ground.size * 0.85);
      return;
    case 'ship':
      if (afloat !== null) paintTallShip(easel, colour, x, afloat, ground.size * 0.85);
      return;
    case 'lighthouse': {
      // On the cliff, which stands on the side away from the light.
      const at = lightSide < 0 ? width - Math.min(width * 0.2, unit * 24) : Math.min(width * 0.2, unit * 24);
      const base = ground.footing(at);
      paintLighthouse(easel, colour, at, base, Math.min(base * 0.9, unit * 52));
      return;
    }
    case 'house':
      paintHouse(easel, colour, x, foot - ground.size * 0.15, ground.size * 0.95);
      return;
    case 'person':
      paintWanderer(easel, colour, x, foot, ground.size * 1.35);
      return;
    case 'balloon': {
      const sky = random.branch('balloons');
      for (let one = 0; one < 4; one++) {
        const size = unit * (one === 0 ? 11 : sky.between(2.4, 5.5));
        const atX = one === 0 ? x : width * sky.between(0.1, 0.9);
        paintBalloon(easel, colour, atX, horizon * (one === 0 ? 0.4 : sky.between(0.25, 0.75)), size, one);
      }
      return;
    }
    case 'tree':
      paintLoneTree(
        easel,
        colour,
        x,
        foot - unit * 3,
        Math.min(height * 0.62, unit * 66) * (index === 0 ? 1 : 0.7),
      );
      return;
    default:
      // Fruit, vessels and flowers belong to the still life and the meadow, which paint them themselves.
      return;
  }
}
