/**
 * FLUX.1 in ComfyUI's API format, from the checkpoint that holds all its parts (fp8). FLUX is distilled: it
 * is steered by `guidance` and sampled with cfg 1, at which the negative prompt has no effect.
 */
export const flux = {
  checkpoint: 'flux1-dev-fp8.safetensors',
  graph: {
    '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: '{{checkpoint}}' } },
    '2': { class_type: 'CLIPTextEncode', inputs: { text: '{{prompt}}', clip: ['1', 1] } },
    '3': { class_type: 'CLIPTextEncode', inputs: { text: '{{negativePrompt}}', clip: ['1', 1] } },
    '4': { class_type: 'FluxGuidance', inputs: { guidance: 3.5, conditioning: ['2', 0] } },
    '5': {
      class_type: 'EmptySD3LatentImage',
      inputs: { width: '{{width}}', height: '{{height}}', batch_size: '{{batch}}' },
    },
    '6': {
      class_type: 'KSampler',
      inputs: {
        seed: '{{seed}}',
        steps: '{{steps}}',
        cfg: 1,
        sampler_name: 'euler',
        scheduler: 'simple',
        denoise: 1,
        model: ['1', 0],
        positive: ['4', 0],
        negative: ['3', 0],
        latent_image: ['5', 0],
      },
    },
    '7': { class_type: 'VAEDecode', inputs: { samples: ['6', 0], vae: ['1', 2] } },
    '8': { class_type: 'SaveImage', inputs: { filename_prefix: 'darkroom', images: ['7', 0] } },
  },
};
