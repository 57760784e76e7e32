import { textToImage } from './textToImage.ts';

/**
 * FLUX.1, from the checkpoint that holds all its parts (fp8). FLUX is distilled: it is steered by `guidance` and
 * sampled with cfg 1, at which the negative prompt has no effect.
 */
export const flux = {
  checkpoint: 'flux1-dev-fp8.safetensors',
  graph: {
    ...textToImage('EmptySD3LatentImage', { cfg: 1, sampler_name: 'euler', scheduler: 'simple' }, ['8', 0]),
    '8': { class_type: 'FluxGuidance', inputs: { guidance: 3.5, conditioning: ['2', 0] } },
  },
};
