import { textToImage } from './textToImage.ts';

/** Stable Diffusion XL. */
export const sdxl = {
  checkpoint: 'sd_xl_base_1.0.safetensors',
  graph: textToImage('EmptyLatentImage', { cfg: 7, sampler_name: 'dpmpp_2m', scheduler: 'karras' }),
};
