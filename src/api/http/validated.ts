import type { z } from 'zod';
import { type FieldProblem, invalidInput } from '../problems.ts';

const dotted = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** zod's own words where a schema has none of ours, turned into a sentence with the path before it. */
const said = (message: string): string => {
  const [, expected, received] = /^Invalid input: expected (.+), received (.+)$/.exec(message) ?? [];
  if (expected === undefined) return message.replace(/^Invalid option: expected one of/, 'must be one of');
  if (received === 'undefined') return 'is required';
  // In an address: a parameter that is there twice.
  if (expected === 'string' && received === 'array') return 'must be one string, not several';
  return `must be of type ${expected}`;
};

const problemsOf = (issue: z.core.$ZodIssue): FieldProblem[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ path: dotted([...issue.path, key]), message: 'is not a known field' }))
    : [{ path: dotted(issue.path), message: said(issue.message) }];

/** One sentence a field: what else is wrong with it mostly follows from the first. */
const firstOfEach = (problems: readonly FieldProblem[]): FieldProblem[] =>
  [...new Map(problems.toReversed().map((problem) => [problem.path, problem])).values()].toReversed();

/** The value as its schema says. @throws Problem that names each field that is wrong. */
export const validated = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidInput(firstOfEach(result.error.issues.flatMap(problemsOf)));
};
