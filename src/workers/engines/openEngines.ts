import type { Config, EngineName } from '../../config.ts';
import { createAutomatic1111Engine } from './automatic1111/automatic1111Engine.ts';
import { createBflEngine } from './bfl/bflEngine.ts';
import { createComfyuiEngine } from './comfyui/comfyuiEngine.ts';
import { readWorkflow } from './comfyui/workflow.ts';
import type { ImageEngine } from './imageEngine.ts';
import { createOpenaiEngine } from './openai/openaiEngine.ts';
import { createSketchEngine } from './sketch/sketchEngine.ts';

const openers: Readonly<Record<EngineName, (config: Config) => ImageEngine>> = {
  sketch: (config) => createSketchEngine({ stepMs: config.SKETCH_STEP_MS }),
  comfyui: (config) =>
    createComfyuiEngine({
      url: new URL(config.COMFYUI_URL),
      workflows: config.COMFYUI_WORKFLOWS.map(readWorkflow),
    }),
  automatic1111: (config) =>
    createAutomatic1111Engine({
      url: new URL(config.AUTOMATIC1111_URL),
      models: config.AUTOMATIC1111_MODELS,
    }),
  bfl: (config) =>
    createBflEngine({
      url: new URL(config.BFL_URL),
      apiKey: config.BFL_API_KEY ?? '',
      models: config.BFL_MODELS,
    }),
  openai: (config) =>
    createOpenaiEngine({
      url: new URL(config.OPENAI_URL),
      models: config.OPENAI_MODELS,
      ...(config.OPENAI_API_KEY === undefined ? {} : { apiKey: config.OPENAI_API_KEY }),
    }),
};

/** The engines that the settings name, in the order in which they are asked. @throws UnusableWorkflow */
export const openEngines = (config: Config): readonly ImageEngine[] =>
  config.ENGINES.map((name) => openers[name](config));
