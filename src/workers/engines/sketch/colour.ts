/**
 * Colour in Oklab (Ottosson 2020): equal steps look equal, so a mix of two colours never turns grey or
 * muddy on the way as it does in sRGB. `l` is 0–1; `a` is green to red, `b` blue to yellow, about ±0.3.
 */
export interface Colour {
  readonly l: number;
  readonly a: number;
  readonly b: number;
}

/** From '#rrggbb'. */
export function colour(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16);
  const red = toLinear(((value >> 16) & 255) / 255);
  const green = toLinear(((value >> 8) & 255) / 255);
  const blue = toLinear((value & 255) / 255);
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return {
    l: 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    a: 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    b: 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
  };
}

export type Rgb = readonly [red: number, green: number, blue: number];

/** 0–255 each, cut to what a screen can show. */
export function toRgb({ l, a, b }: Colour): Rgb {
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    toByte(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    toByte(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    toByte(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

export function css(value: Colour, opacity = 1): string {
  const [red, green, blue] = toRgb(value);
  return `rgba(${red},${green},${blue},${opacity < 0 ? 0 : Math.min(opacity, 1)})`;
}

export const mix = (from: Colour, to: Colour, t: number): Colour => ({
  l: from.l + (to.l - from.l) * t,
  a: from.a + (to.a - from.a) * t,
  b: from.b + (to.b - from.b) * t,
});

export const lighter = (value: Colour, by: number): Colour => ({ ...value, l: value.l + by });

/** More than 1 is more vivid, 0 is grey. */
export const vivid = (value: Colour, factor: number): Colour => ({
  l: value.l,
  a: value.a * factor,
  b: value.b * factor,
});

export const chroma = (value: Colour): number => Math.hypot(value.a, value.b);

/** Turned around the wheel of hues, in turns: 0.5 is the complement. */
export function turned(value: Colour, turns: number): Colour {
  const cosine = Math.cos(turns * 2 * Math.PI);
  const sine = Math.sin(turns * 2 * Math.PI);
  return { l: value.l, a: value.a * cosine - value.b * sine, b: value.a * sine + value.b * cosine };
}

/** The hue of `hue` at the lightness of `value`: how a colour word tints a palette without flattening it. */
export function tinted(value: Colour, hue: Colour, strength: number): Colour {
  const wanted = Math.max(chroma(value), chroma(hue) * 0.75);
  const scale = chroma(hue) < 0.02 ? 0 : wanted / chroma(hue);
  return {
    l: value.l,
    a: value.a + (hue.a * scale - value.a) * strength,
    b: value.b + (hue.b * scale - value.b) * strength,
  };
}

const toLinear = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

function toByte(linear: number): number {
  if (linear <= 0) return 0;
  if (linear >= 1) return 255;
  return Math.round(255 * (linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055));
}
