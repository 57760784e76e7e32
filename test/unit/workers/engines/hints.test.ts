import { describe, expect, it } from 'vitest';
import { type Hint, readFrame } from '../../../../src/workers/engines/comfyui/hints.ts';
import { unseen, type View, withHint } from '../../../../src/workers/engines/comfyui/view.ts';

const graph = {
  '1': { class_type: 'CheckpointLoaderSimple', inputs: {} },
  '2': { class_type: 'KSampler', inputs: {} },
  '3': { class_type: 'VAEDecode', inputs: {} },
};
const message = (type: string, data: Record<string, unknown>): Hint => ({ kind: 'message', type, data });
/** What is seen of prompt `own` after these. */
const seenBy = (...hints: readonly Hint[]): View =>
  hints.reduce((view, hint) => withHint(view, hint, 'own', graph), unseen);
const own = { prompt_id: 'own' };

describe('what is seen of a prompt', () => {
  it('follows its nodes, and its steps where it samples', () => {
    expect(seenBy(message('execution_start', own)).stage).toBe('preparing');
    expect(seenBy(message('executing', { ...own, node: '1' })).stage).toBe('preparing');
    const half = [
      message('executing', { ...own, node: '2' }),
      message('progress', { ...own, node: '2', value: 2, max: 4 }),
    ];
    expect(seenBy(...half)).toMatchObject({ stage: 'drawing', share: 0.5, isOver: false });
    expect(seenBy(...half, message('executing', { ...own, node: '3' })).stage).toBe('finishing');
  });

  it.each(['execution_success', 'execution_error', 'execution_interrupted'])('is over at %s', (type) => {
    expect(seenBy(message(type, own)).isOver).toBe(true);
  });

  it('is over when no node is executed any more', () => {
    expect(seenBy(message('executing', { ...own, node: null })).isOver).toBe(true);
  });

  it('takes what is said after a reconnect, without saying of which prompt, for its own', () => {
    expect(seenBy(message('executing', { node: '2' })).stage).toBe('drawing');
  });

  it('never goes back where a workflow samples twice, and takes no loading for steps', () => {
    const steps = (value: number, node = '2') => message('progress', { ...own, node, value, max: 4 });
    expect(seenBy(steps(4), steps(1)).share).toBe(1);
    expect(seenBy(steps(4, '1')).share).toBe(0);
  });

  it.each([
    ['of another prompt', message('execution_success', { prompt_id: 'other' })],
    ['of a type that is not known', message('progress_state', { ...own, nodes: {} })],
    ['that can not be understood', message('progress', { ...own, value: 'two', max: 0 })],
    [
      'with the preview of another prompt',
      { kind: 'preview', promptId: 'other', bytes: Buffer.of(1) } as const,
    ],
  ])('is not changed by a message %s', (_, hint) => {
    expect(seenBy(hint)).toEqual(unseen);
  });
});

describe('a binary frame', () => {
  const frame = (kind: number, second: number, ...rest: readonly Buffer[]): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(kind, 0);
    head.writeUInt32BE(second, 4);
    return Buffer.concat([head, ...rest]);
  };
  const image = Buffer.from('image');

  it('of kind 1 is a preview that does not say whose', () => {
    expect(readFrame(frame(1, 2, image))).toEqual({ kind: 'preview', promptId: null, bytes: image });
  });

  it('of kind 4 is a preview that says whose', () => {
    const about = Buffer.from(JSON.stringify({ prompt_id: 'own', node_id: '2' }));
    expect(readFrame(frame(4, about.length, about, image))).toEqual({
      ...{ kind: 'preview', promptId: 'own' },
      bytes: image,
    });
  });

  it.each([
    ['a text', frame(3, 1, Buffer.from('2some text'))],
    ['another kind', frame(2, 0, image)],
    ['nothing but its head', frame(1, 2)],
    ['less than a head', Buffer.of(0, 0, 0, 1)],
    ['metadata that is no JSON', frame(4, 4, Buffer.from('{{{{'), image)],
    ['metadata longer than itself', frame(4, 4_000_000_000, Buffer.from('{}'), image)],
  ])('is no hint where it holds %s', (_, bytes) => {
    expect(readFrame(bytes)).toBeNull();
  });
});
