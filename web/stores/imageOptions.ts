import type { z } from 'zod';
import type { DarkroomApi } from '../../src/client/client.ts';
import { count, priority, seed, side, steps } from '../../src/events/imageRequest.ts';
import type { ImageState } from '../../src/projections/model.ts';

/** A picture as the client library takes it. */
export type WantedImage = NonNullable<Parameters<DarkroomApi['postMessage']>[1]['image']>;

/** What stands in the fields, as typed: half a number is no number yet. */
export interface OptionFields {
  readonly width: string;
  readonly height: string;
  readonly steps: string;
  /** Empty: another one for each picture. */
  readonly seed: string;
  readonly seedLocked: boolean;
  readonly count: string;
  readonly negativePrompt: string;
  readonly priority: string;
  readonly model: string | null;
}

export const defaultOptions: OptionFields = {
  width: '768',
  height: '768',
  steps: '24',
  seed: '',
  seedLocked: false,
  count: '1',
  negativePrompt: '',
  priority: '0',
  model: null,
};

export const sizePresets = [
  { name: 'Square', width: 768, height: 768 },
  { name: 'Portrait', width: 640, height: 896 },
  { name: 'Landscape', width: 896, height: 640 },
  { name: 'Wide', width: 1216, height: 512 },
  { name: 'Large', width: 1024, height: 1024 },
] as const;

export type FieldName = 'width' | 'height' | 'steps' | 'seed' | 'count' | 'negativePrompt' | 'priority';
export type FieldErrors = Partial<Record<FieldName | 'text', string>>;

const longestNegativePrompt = 4_000;

/** The same schemas as the server's, so that a field says here what the server would say. */
const numbers = { width: side, height: side, steps, seed, count, priority } satisfies Record<
  string,
  z.ZodType<number>
>;

const numberProblem = (schema: z.ZodType<number>, text: string): string | null => {
  if (!/^-?\d+$/.test(text.trim())) return 'must be a whole number';
  const result = schema.safeParse(Number(text));
  return result.success ? null : (result.error.issues[0]?.message ?? 'is not possible');
};

export const optionErrors = (fields: OptionFields, operator: boolean): FieldErrors => {
  const errors: FieldErrors = {};
  for (const name of ['width', 'height', 'steps', 'seed', 'count', 'priority'] as const) {
    if (name === 'seed' && fields.seed.trim() === '') continue;
    const problem = numberProblem(numbers[name], fields[name]);
    if (problem !== null) errors[name] = problem;
  }
  if (!errors.priority && !operator && Number(fields.priority) > 0)
    errors.priority = 'above 0 is for operators only';
  if (fields.negativePrompt.length > longestNegativePrompt)
    errors.negativePrompt = 'must have at most 4,000 characters';
  return errors;
};

/** The request that the fields stand for. Call it for fields without errors only. */
export const wantedImage = (fields: OptionFields): WantedImage => ({
  width: Number(fields.width),
  height: Number(fields.height),
  steps: Number(fields.steps),
  count: Number(fields.count),
  ...(fields.seed.trim() === '' ? {} : { seed: Number(fields.seed) }),
  ...(fields.negativePrompt.trim() === '' ? {} : { negativePrompt: fields.negativePrompt.trim() }),
  ...(Number(fields.priority) === 0 ? {} : { priority: Number(fields.priority) }),
  ...(fields.model === null ? {} : { model: fields.model }),
});

/** The fields that would draw this job again; its seed is held, so that it is the same picture. */
export const optionsOf = ({ request, seed: drawn }: ImageState): OptionFields => ({
  width: String(request.width),
  height: String(request.height),
  steps: String(request.steps),
  seed: String(drawn ?? request.seed),
  seedLocked: true,
  count: String(request.count),
  negativePrompt: request.negativePrompt ?? '',
  priority: '0',
  model: request.model,
});

export const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
