import { describe, expect, it } from 'vitest';
import { createNoise } from '../../../../../src/workers/engines/sketch/noise.ts';
import { createRandom, hashText } from '../../../../../src/workers/engines/sketch/random.ts';

describe('the seeded source of numbers', () => {
  it('gives the same numbers for the same seed, on every machine', () => {
    const random = createRandom(42);
    const first = [random.next(), random.next(), random.next()];
    expect(first.map((value) => value.toFixed(6))).toEqual(['0.601104', '0.448291', '0.852466']);
  });

  it('gives other numbers for another seed, also for one beside it', () => {
    expect(createRandom(1).next()).not.toBe(createRandom(2).next());
    expect(Math.abs(createRandom(1).next() - createRandom(2).next())).toBeGreaterThan(0.01);
  });

  it('stays between 0 and 1 and spreads evenly', () => {
    const random = createRandom(7);
    const values = Array.from({ length: 20_000 }, () => random.next());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
  });

  it('branches by name, whatever was drawn before', () => {
    const fresh = createRandom(3).branch('clouds').next();
    const used = createRandom(3);
    used.next();
    expect(used.branch('clouds').next()).toBe(fresh);
    expect(used.branch('stars').next()).not.toBe(fresh);
  });

  it('picks every choice sooner or later, and only choices', () => {
    const random = createRandom(9);
    const picked = new Set(Array.from({ length: 200 }, () => random.pick(['a', 'b', 'c'])));
    expect([...picked].sort()).toEqual(['a', 'b', 'c']);
  });

  it('hashes texts that differ by one letter far apart', () => {
    expect(hashText('fox')).not.toBe(hashText('box'));
    const bits = (hashText('fox') ^ hashText('box')).toString(2).replaceAll(/[^1]/g, '').length;
    expect(bits).toBeGreaterThan(6);
  });
});

describe('noise', () => {
  it('is smooth, bounded, and the same for the same seed', () => {
    const noise = createNoise(createRandom(5));
    const again = createNoise(createRandom(5));
    for (let x = 0; x < 30; x += 0.37) {
      const value = noise.fractal(x, x * 0.7, 4);
      expect(Math.abs(value)).toBeLessThan(1.5);
      expect(again.fractal(x, x * 0.7, 4)).toBe(value);
      expect(Math.abs(noise.at(x, 1) - noise.at(x + 0.001, 1))).toBeLessThan(0.02);
    }
  });
});
