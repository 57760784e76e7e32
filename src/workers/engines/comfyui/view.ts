import { z } from 'zod';
import type { Hint } from './hints.ts';
import type { Graph } from './workflow.ts';

/** How far the drawing of one prompt is, as the hints have it. */
export interface View {
  /** 0 – 1 of its steps. */
  readonly share: number;
  readonly stage: string;
  readonly preview: Uint8Array | null;
  /** The server says that it is over: the history is worth a look at once. */
  readonly isOver: boolean;
}

export const unseen: View = { share: 0, stage: 'waiting', preview: null, isOver: false };

const steps = z.object({ value: z.number().min(0), max: z.number().min(1), node: z.string().nullish() });
const node = z.string().nullish();

const ends: ReadonlySet<string> = new Set(['execution_success', 'execution_error', 'execution_interrupted']);

/** The view after a hint; of another prompt it changes nothing. Total: what isn't understood is passed over. */
export const withHint = (view: View, hint: Hint, promptId: string, graph: Graph): View => {
  if (hint.kind === 'connected') return view;
  if (hint.kind === 'preview')
    return hint.promptId === null || hint.promptId === promptId ? { ...view, preview: hint.bytes } : view;
  const { type, data } = hint;
  // After a reconnect the server says what is executing without saying of which prompt.
  if (data['prompt_id'] !== undefined && data['prompt_id'] !== promptId) return view;
  if (ends.has(type)) return { ...view, isOver: true };
  if (type === 'execution_start') return { ...view, stage: 'preparing' };
  if (type === 'executing') return executing(view, node.safeParse(data['node']).data ?? null, graph);
  if (type !== 'progress') return view;
  const told = steps.safeParse(data);
  if (!told.success || !samples(graph, told.data.node ?? null)) return view;
  // A workflow may sample twice (a refiner, say): what was reached stays reached.
  return {
    ...view,
    stage: 'drawing',
    share: Math.max(view.share, Math.min(1, told.data.value / told.data.max)),
  };
};

const executing = (view: View, id: string | null, graph: Graph): View => {
  if (id === null) return { ...view, isOver: true };
  if (samples(graph, id)) return { ...view, stage: 'drawing' };
  return { ...view, stage: view.share > 0 ? 'finishing' : 'preparing' };
};

/** Other nodes report progress too (loading, enlarging), which isn't what a person means by steps. */
const samples = (graph: Graph, id: string | null): boolean =>
  id === null || /sampler/i.test(graph[id]?.class_type ?? '');
