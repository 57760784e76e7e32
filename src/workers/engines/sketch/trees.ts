import { type Colour, css, lighter, mix } from './colour.ts';
import type { Easel } from './easel.ts';
import { oval } from './paint.ts';
import type { Random } from './random.ts';

export interface TreeColours {
  readonly dark: Colour;
  readonly lit: Colour;
  readonly trunk: Colour;
  /** Null where no snow lies on the branches. */
  readonly snow: Colour | null;
}

/** A fir: a jagged dark body, then branches that catch the light on the sun's side, then snow on top of them. */
export function paintFir(
  easel: Easel,
  x: number,
  foot: number,
  height: number,
  colours: TreeColours,
  random: Random,
): void {
  const { context, lightSide } = easel;
  const tiers = Math.max(5, Math.min(13, Math.round(height / (easel.unit * 2.6))));
  const half = height * random.between(0.17, 0.23);
  context.fillStyle = css(colours.trunk);
  context.fillRect(x - height * 0.014, foot - height * 0.16, height * 0.028, height * 0.16);
  for (let tier = 0; tier < tiers; tier++) {
    const t = tier / tiers;
    const top = foot - height + t * height * 0.86;
    const reach = half * (0.14 + t * 0.86) * random.between(0.85, 1.12);
    const drop = (height / tiers) * 1.9;
    const branch = (from: number, to: number, tone: Colour, lift: number, opacity: number): void => {
      context.fillStyle = css(tone, opacity);
      context.beginPath();
      context.moveTo(x, top - lift);
      context.quadraticCurveTo(
        x + from * 0.35,
        top + drop * 0.5 - lift,
        x + from,
        top + drop * random.between(0.8, 1) - lift,
      );
      const teeth = 4;
      for (let tooth = 1; tooth <= teeth; tooth++) {
        const across = from + ((to - from) * tooth) / teeth;
        context.lineTo(x + across - (to - from) / teeth / 2, top + drop * random.between(0.5, 0.66) - lift);
        context.lineTo(x + across, top + drop * random.between(0.76, 1) - lift);
      }
      context.quadraticCurveTo(x + to * 0.35, top + drop * 0.5 - lift, x, top - lift);
      context.fill();
    };
    branch(-reach, reach, mix(colours.dark, colours.lit, t * 0.12), 0, 1);
    branch(
      lightSide * reach * 0.1,
      lightSide * reach * 0.94,
      mix(colours.dark, colours.lit, 0.75),
      drop * 0.12,
      0.7,
    );
    if (colours.snow !== null) {
      branch(
        lightSide * -reach * 0.55,
        lightSide * reach * 0.9,
        colours.snow,
        drop * 0.3,
        random.between(0.55, 0.92),
      );
    }
  }
}

/** A leafy tree: forking limbs, then dabs of leaf from dark below to light above. */
export function paintLeafyTree(
  easel: Easel,
  x: number,
  foot: number,
  height: number,
  colours: TreeColours,
  random: Random,
  fullness = 1,
): void {
  const { context, lightSide, unit } = easel;
  // A tree far away needs fewer twigs and leaves: most of the time of a garden went into those.
  const small = height < unit * 20;
  const deepest = small ? 4 : 5;
  const tips: [number, number][] = [];
  const limb = (
    fromX: number,
    fromY: number,
    angle: number,
    length: number,
    thick: number,
    depth: number,
  ): void => {
    const toX = fromX + Math.cos(angle) * length;
    const toY = fromY + Math.sin(angle) * length;
    context.strokeStyle = css(mix(colours.trunk, colours.lit, depth * 0.03));
    context.lineWidth = Math.max(0.6, thick);
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.quadraticCurveTo(
      fromX + Math.cos(angle + 0.3) * length * 0.5,
      fromY + Math.sin(angle + 0.3) * length * 0.5,
      toX,
      toY,
    );
    context.stroke();
    if (depth >= 2) tips.push([toX, toY]);
    if (depth >= deepest) return;
    const forks = depth === 0 ? 3 : 2;
    for (let fork = 0; fork < forks; fork++) {
      const spread = (fork - (forks - 1) / 2) * random.between(0.42, 0.74) + random.bell() * 0.12;
      limb(
        toX,
        toY,
        angle * 0.85 - 0.236 + spread,
        length * random.between(0.66, 0.82),
        thick * 0.62,
        depth + 1,
      );
    }
  };
  limb(x, foot, -Math.PI / 2 + random.bell() * 0.07, height * 0.27, height * 0.055, 0);
  if (fullness <= 0) return;
  const dab = height * 0.034;
  const tall = tips.reduce((most, [, y]) => Math.min(most, y), foot);
  for (const pass of [0, 1, 2]) {
    for (const [tipX, tipY] of tips) {
      const dabs = Math.round((small ? 4 : 4.5) * fullness);
      for (let index = 0; index < dabs; index++) {
        const offsetX = random.bell() * height * 0.042;
        const offsetY = random.bell() * height * 0.036;
        const y = tipY + offsetY - pass * dab * 0.35;
        const up = (foot - y) / Math.max(1, foot - tall);
        const side = ((tipX + offsetX - x) / height) * lightSide;
        const light =
          pass * 0.34 + up * 0.22 + side * 0.35 + offsetY * (-1.4 / height) + random.bell() * 0.09 - 0.12;
        context.fillStyle = css(
          lighter(mix(colours.dark, colours.lit, Math.max(0, Math.min(1, light))), random.bell() * 0.012),
          0.92,
        );
        const size = dab * random.between(0.5, 1) * (1 - pass * 0.16);
        oval(context, tipX + offsetX + lightSide * pass * dab * 0.25, y, size, size * 0.66, random.bell());
        context.fill();
      }
    }
  }
}
