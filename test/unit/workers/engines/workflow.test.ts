import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fill, readWorkflow, UnusableWorkflow } from '../../../../src/workers/engines/comfyui/workflow.ts';

const slots = {
  ...{ prompt: 'a {{seed}} "sea"', negativePrompt: '', seed: 7, width: 64, height: 96, steps: 4, batch: 1 },
};
const own = (text: string) => ({
  '1': { class_type: 'CLIPTextEncode', inputs: { text, clip: ['2', 0] }, _meta: { title: 'Prompt' } },
  '2': { class_type: 'Whole', inputs: { seed: '{{seed}}', sizes: ['{{width}}', { tall: '{{height}}' }] } },
});

describe('a ComfyUI workflow', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'darkroom-workflow-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = (content: string): string => {
    const path = join(folder, 'dreams.json');
    writeFileSync(path, content);
    return path;
  };

  it.each(['sdxl', 'flux'])('is shipped with Darkroom, and takes another checkpoint: %s', (name) => {
    expect(readWorkflow(name)).toMatchObject({ model: name, keepsSize: true });
    expect(JSON.stringify(readWorkflow(`${name}=mine.safetensors`).graph)).toContain('"mine.safetensors"');
    expect(JSON.stringify(fill(readWorkflow(name), slots))).not.toMatch(/\{\{(?!seed)/);
  });

  it('of one’s own is a model named like its file', () => {
    const workflow = readWorkflow(file(JSON.stringify(own('best quality, {{prompt}}'))));
    expect(workflow).toMatchObject({ model: 'dreams', keepsSize: false });
    expect(fill(workflow, slots)).toEqual({
      '1': {
        ...{ class_type: 'CLIPTextEncode', _meta: { title: 'Prompt' } },
        inputs: { text: 'best quality, a {{seed}} "sea"', clip: ['2', 0] },
      },
      '2': { class_type: 'Whole', inputs: { seed: 7, sizes: [64, { tall: 96 }] } },
    });
  });

  it('is refused with what to do when it can not be used', () => {
    expect(() => readWorkflow(join(folder, 'none.json'))).toThrow(UnusableWorkflow);
    expect(() => readWorkflow(file('{"nodes": []}'))).toThrow(/exported from ComfyUI with "Export \(API\)"/);
    expect(() => readWorkflow(file(JSON.stringify(own('a sea'))))).toThrow(/dreams lacks \{\{prompt\}\}/);
    expect(() => readWorkflow(file(JSON.stringify(own('{{prompt}} {{mood}}'))))).toThrow(
      /dreams has \{\{mood\}\}, which nothing fills/,
    );
  });
});
