export interface Sampling {
  readonly cfg: number;
  readonly sampler_name: string;
  readonly scheduler: string;
}

/**
 * From one checkpoint that holds model, text encoders and VAE to a picture, in ComfyUI's API format. `latent` is the
 * class of the node that it begins with; `positive` is the output that steers it: the prompt's, or that of a node
 * put behind it.
 */
export const textToImage = (
  latent: string,
  { cfg, sampler_name, scheduler }: Sampling,
  positive: [node: string, output: number] = ['2', 0],
) => ({
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: '{{checkpoint}}' } },
  '2': { class_type: 'CLIPTextEncode', inputs: { text: '{{prompt}}', clip: ['1', 1] } },
  '3': { class_type: 'CLIPTextEncode', inputs: { text: '{{negativePrompt}}', clip: ['1', 1] } },
  '4': {
    class_type: latent,
    inputs: { width: '{{width}}', height: '{{height}}', batch_size: '{{batch}}' },
  },
  '5': {
    class_type: 'KSampler',
    inputs: {
      seed: '{{seed}}',
      steps: '{{steps}}',
      ...{ cfg, sampler_name, scheduler, denoise: 1 },
      model: ['1', 0],
      positive,
      negative: ['3', 0],
      latent_image: ['4', 0],
    },
  },
  '6': { class_type: 'VAEDecode', inputs: { samples: ['5', 0], vae: ['1', 2] } },
  '7': { class_type: 'SaveImage', inputs: { filename_prefix: 'darkroom', images: ['6', 0] } },
});
