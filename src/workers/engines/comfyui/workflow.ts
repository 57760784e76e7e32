import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { flux } from './workflows/flux.ts';
import { sdxl } from './workflows/sdxl.ts';

const graph = z.record(
  z.string(),
  z.looseObject({ class_type: z.string(), inputs: z.record(z.string(), z.json()) }),
);
export type Graph = z.infer<typeof graph>;
type Json = Graph[string]['inputs'][string];

/** What is put in the place of `{{name}}`, wherever it stands in the inputs of a workflow. */
export interface Slots {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly batch: number;
}

/** Without these every picture would be the same, whatever is asked for. */
const needed = ['prompt', 'seed', 'width', 'height'] as const satisfies (keyof Slots)[];
const known: ReadonlySet<string> = new Set([
  ...needed,
  'negativePrompt',
  'steps',
  'batch',
] satisfies (keyof Slots)[]);

export interface Workflow {
  /** What people choose it by. */
  readonly model: string;
  readonly graph: Graph;
  /** Whether pictures come in the size that is ordered: a workflow of one's own may enlarge them. */
  readonly keepsSize: boolean;
}

/** A workflow can't be used; `message` is one sentence that says what to do. */
export class UnusableWorkflow extends Error {}

const shipped: Readonly<Record<string, { readonly checkpoint: string; readonly graph: Graph }>> = {
  sdxl,
  flux,
};

/**
 * A workflow by its entry in the settings: `sdxl` or `flux`, with another checkpoint file as
 * `sdxl=other.safetensors`, or the path of a file that ComfyUI has written by "Export (API)".
 * @throws UnusableWorkflow
 */
export const readWorkflow = (entry: string): Workflow => {
  const [name = '', checkpoint] = entry.split('=', 2);
  const own = Object.hasOwn(shipped, name) ? shipped[name] : undefined;
  if (own === undefined) return checked({ ...fromFile(entry), keepsSize: false });
  const filled = replace(own.graph, { checkpoint: checkpoint ?? own.checkpoint });
  return checked({ model: name, graph: filled, keepsSize: true });
};

const fromFile = (path: string): { model: string; graph: Graph } => {
  try {
    return {
      model: basename(path).replace(/\.json$/, ''),
      graph: graph.parse(JSON.parse(readFileSync(path, 'utf8'))),
    };
  } catch (cause) {
    throw new UnusableWorkflow(
      `The ComfyUI workflow ${path} can not be read: give sdxl, flux, or the path of a file exported from ComfyUI with "Export (API)".`,
      { cause },
    );
  }
};

const checked = (workflow: Workflow): Workflow => {
  const found = new Set(slotNames(workflow.graph));
  const missing = needed.filter((name) => !found.has(name)).map((name) => `{{${name}}}`);
  const strange = [...found].filter((name) => !known.has(name)).map((name) => `{{${name}}}`);
  const { model } = workflow;
  if (missing.length > 0)
    throw new UnusableWorkflow(
      `The ComfyUI workflow ${model} lacks ${missing.join(', ')}: write each in the place of the value that it stands for.`,
    );
  if (strange.length > 0)
    throw new UnusableWorkflow(
      `The ComfyUI workflow ${model} has ${strange.join(', ')}, which nothing fills; there are ${[...known].map((name) => `{{${name}}}`).join(', ')}.`,
    );
  return workflow;
};

const slot = /\{\{(\w+)\}\}/g;
const wholeSlot = /^\{\{(\w+)\}\}$/;

const slotNames = (from: Graph): string[] =>
  [...JSON.stringify(from).matchAll(slot)].flatMap(([, name]) => (name === undefined ? [] : [name]));

/** The workflow as it is sent for one picture. */
export const fill = ({ graph: template }: Workflow, slots: Slots): Graph => replace(template, { ...slots });

/** A value that is a slot alone becomes what fills it, a number say; what fills is not looked at again. */
const replace = (template: Graph, values: Readonly<Record<string, string | number>>): Graph => {
  const replaced = (value: Json): Json => {
    if (typeof value === 'string') {
      const whole = values[wholeSlot.exec(value)?.[1] ?? ''];
      if (whole !== undefined) return whole;
      return value.replace(slot, (text, name: string) => String(values[name] ?? text));
    }
    if (Array.isArray(value)) return value.map(replaced);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner)]));
  };
  return Object.fromEntries(
    Object.entries(template).map(([id, node]) => [
      id,
      {
        ...node,
        inputs: Object.fromEntries(Object.entries(node.inputs).map(([key, value]) => [key, replaced(value)])),
      },
    ]),
  );
};
