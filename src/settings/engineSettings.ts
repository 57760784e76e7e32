import { z } from 'zod';
import { httpUrl, list, whole } from './values.ts';

const engineNames = ['sketch', 'comfyui', 'openai', 'automatic1111', 'bfl'] as const;
export type EngineName = (typeof engineNames)[number];

const areEngineNames = (names: unknown): boolean =>
  Array.isArray(names) &&
  names.length > 0 &&
  new Set(names).size === names.length &&
  names.every((name) => engineNames.includes(name));

const apiKey = z.string().regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces');

/** Who draws, and where they are. */
export const engineSettings = {
  ENGINES: list
    .pipe(
      z.custom<EngineName[]>(
        areEngineNames,
        `must be names of ${engineNames.join(', ')}, each once, by commas`,
      ),
    )
    .default(['sketch'])
    .describe('Image engines, by commas, in the order in which they are asked: see [engines](engines.md).'),
  COMFYUI_URL: httpUrl.default('http://127.0.0.1:8188').describe('Engine `comfyui`: where ComfyUI listens.'),
  COMFYUI_WORKFLOWS: list
    .refine((entries) => entries.length > 0, 'must name a workflow')
    .default(['sdxl'])
    .describe(
      'Engine `comfyui`: `sdxl`, `flux`, or files exported from ComfyUI, by commas; each is a model, the first the usual one.',
    ),
  AUTOMATIC1111_URL: httpUrl
    .default('http://127.0.0.1:7860')
    .describe(
      'Engine `automatic1111`: where it, Forge or SD.Next listens; http://name:password@… where it wants them.',
    ),
  AUTOMATIC1111_MODELS: list
    .refine((names) => names.length > 0, 'must name a model')
    .default(['loaded'])
    .describe(
      'Engine `automatic1111`: checkpoints, by commas; the first is the usual one; `loaded`: what it has loaded.',
    ),
  OPENAI_URL: httpUrl
    .default('https://api.openai.com')
    .describe('Engine `openai`: the Images API, or a server that speaks it; without `/v1`.'),
  OPENAI_API_KEY: apiKey.optional().describe('Engine `openai`: its key; a server of your own may need none.'),
  OPENAI_MODELS: list
    .refine((names) => names.length > 0, 'must name a model')
    .default(['gpt-image-1'])
    .describe('Engine `openai`: its models, by commas; the first is the usual one.'),
  BFL_URL: httpUrl
    .default('https://api.bfl.ai')
    .describe('Engine `bfl`: the FLUX API of Black Forest Labs, or one of its regions.'),
  BFL_API_KEY: apiKey.optional().describe('Engine `bfl`, required there: its key.'),
  BFL_MODELS: list
    .refine(
      (names) => names.length > 0 && names.every((name) => /^[a-z0-9][a-z0-9.-]*$/.test(name)),
      'must name models like flux-pro-1.1',
    )
    .default(['flux-pro-1.1'])
    .describe('Engine `bfl`: its models, by commas; the first is the usual one.'),
  SKETCH_STEP_MS: whole(0, 60_000)
    .default(60)
    .describe('How long the built-in engine takes for a step, in ms.'),
};
