import { css, lighter, mix, vivid } from './colour.ts';
import type { Easel } from './easel.ts';
import { paintField, ramp } from './field.ts';
import { smoothStep } from './noise.ts';
import { glow, oval, verticalGradient } from './paint.ts';
import { paintAurora, paintLightning, paintMilkyWay, paintRainbow, paintStars } from './skyLights.ts';

/** The whole sky, down past the horizon so that nothing behind far hills stays empty. */
export function paintSky(easel: Easel): void {
  const { context, palette, scene, width, horizon } = easel;
  const bottom = horizon + easel.unit * 4;
  context.fillStyle = verticalGradient(context, 0, bottom, [
    [0, palette.zenith],
    [0.55, palette.sky],
    [1, palette.horizon],
  ]);
  context.fillRect(0, 0, width, bottom);
  const night = scene.time === 'night';
  if (night || (scene.time === 'dusk' && scene.features.has('stars'))) {
    if (scene.weather !== 'storm' && scene.weather !== 'rain') paintStars(easel);
    if (scene.features.has('milkyWay')) paintMilkyWay(easel);
  }
  if (scene.features.has('aurora')) paintAurora(easel);
  paintSunOrMoon(easel, night);
  if (cloudCover(easel) > 0) paintClouds(easel, night);
  if (scene.features.has('rainbow')) paintRainbow(easel);
  if (scene.weather === 'storm') paintLightning(easel);
}

function paintSunOrMoon(easel: Easel, night: boolean): void {
  const { context, palette, scene, sun, unit } = easel;
  const hidden = ['storm', 'rain', 'snow'].includes(scene.weather);
  const moonless = night && (scene.features.has('aurora') || scene.features.has('milkyWay'));
  if (moonless && !scene.features.has('moon')) return;
  context.save();
  context.globalCompositeOperation = 'screen';
  const warm = vivid(mix(palette.horizon, palette.light, 0.35), 1.25);
  glow(context, sun.x, sun.y, unit * (night ? 42 : 85), warm, night ? 0.3 : hidden ? 0.3 : 0.6);
  glow(context, sun.x, sun.y, unit * (night ? 16 : 30), palette.light, hidden ? 0.25 : 0.6);
  context.restore();
  if (hidden && !scene.features.has('moon') && !scene.features.has('sun')) return;
  const radius = scene.weather === 'fog' ? sun.radius * 1.15 : sun.radius;
  context.fillStyle = css(lighter(palette.light, 0.02), scene.weather === 'fog' ? 0.75 : 1);
  oval(context, sun.x, sun.y, radius, radius);
  context.fill();
  if (night) paintMoonFace(easel, radius);
}

function paintMoonFace({ context, palette, random, sun }: Easel, radius: number): void {
  const seas = random.branch('moon');
  context.save();
  oval(context, sun.x, sun.y, radius, radius);
  context.clip();
  for (let index = 0; index < 7; index++) {
    context.fillStyle = css(mix(palette.sky, palette.light, 0.6), 0.3);
    const size = radius * seas.between(0.15, 0.4);
    oval(context, sun.x + radius * seas.bell() * 0.45, sun.y + radius * seas.bell() * 0.45, size, size * 0.8);
    context.fill();
  }
  context.restore();
}

/** How much of the sky is covered, 0–1. */
function cloudCover({ scene }: Easel): number {
  switch (scene.weather) {
    case 'storm':
      return 0.85;
    case 'rain':
      return 0.75;
    case 'snow':
      return 0.6;
    case 'clouds':
      return 0.58;
    case 'fog':
      return 0.3;
    case 'clear':
      return scene.time === 'night' || scene.features.has('aurora') ? 0.12 : 0.36;
  }
}

function paintClouds(easel: Easel, night: boolean): void {
  const { palette, scene, sun, unit, noise, random } = easel;
  const choice = random.branch('clouds');
  const shiftX = choice.between(0, 80);
  const shiftY = choice.between(0, 80);
  const cover = cloudCover(easel);
  const heavy = scene.weather === 'storm' || scene.weather === 'rain';
  const bottom = easel.horizon + unit * 2;
  const low = sun.y > bottom * 0.6;
  const shadow = heavy
    ? mix(palette.zenith, palette.ink, scene.weather === 'storm' ? 0.45 : 0.2)
    : mix(mix(palette.zenith, palette.far, 0.5), palette.sky, 0.35);
  const lit = night
    ? mix(palette.sky, palette.horizon, 0.7)
    : mix(palette.horizon, palette.light, heavy ? 0.1 : low ? 0.35 : 0.8);
  const tones = ramp([
    [0, shadow],
    [0.5, mix(shadow, lit, 0.5)],
    [1, lit],
  ]);
  const opacity = night ? 0.55 : heavy ? 0.96 : 0.9;
  const wide = 1 / (unit * 34);
  paintField(easel, { left: 0, top: 0, width: easel.width, height: bottom }, 620, (x, y, out) => {
    // Clouds flatten and crowd towards the horizon, as a ceiling does that is seen from below.
    const up = 1 - y / bottom;
    const depth = 1 / (0.42 + up);
    const u = (x - easel.width / 2) * wide * (0.45 + depth * 0.32) + shiftX;
    const v = depth * 2.1 + shiftY;
    const warp = noise.at(u * 0.8 + 9, v * 0.8) * 0.5;
    const density = noise.fractal(u + warp, v * 1.5, 5) * 0.9 + 0.5;
    const threshold = 1.02 - cover * 0.92;
    const body = smoothStep(threshold - 0.06, threshold + 0.3, density);
    if (body <= 0.003) {
      out[3] = 0;
      return;
    }
    const towardsX = (sun.x - x) / unit;
    const towardsY = (sun.y - y) / unit;
    const away = Math.hypot(towardsX, towardsY) + 0.001;
    const stepX = (towardsX / away) * 0.16;
    const stepY = (towardsY / away) * 0.16;
    const thicker = noise.fractal(u + warp + stepX, (v + stepY * 0.8) * 1.5, 4) * 0.9 + 0.5;
    const near = Math.exp(-away / 38);
    const light = 0.5 + (density - thicker) * 1.9 + near * 0.5 * (1.3 - body) - (heavy ? 0.12 : 0);
    const [red, green, blue] = tones(light);
    out[0] = red;
    out[1] = green;
    out[2] = blue;
    out[3] = body * opacity * 255 * smoothStep(-0.02, 0.2, up + (heavy ? 0.04 : 0));
  });
}
