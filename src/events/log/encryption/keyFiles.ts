import { readdir } from 'node:fs/promises';

/** A key in the folder of keys, or the mark that it was destroyed; drafts are neither. */
export const keyPath = /^([0-9a-f]{2})\/\1[0-9a-f]{62}\/[1-9]\d*\.(?:key|erased)$/;

/** Where the mark lies, or would, that this key was destroyed. */
export const markOf = (path: string): string => path.replace(/\.key$/, '.erased');

/** Paths within the folder of keys, of keys that hold and of marks, in their order; none where there is no folder. */
export const keyFiles = async (folder: string): Promise<readonly string[]> => {
  try {
    const found = new Set((await readdir(folder, { recursive: true })).filter((name) => keyPath.test(name)));
    return [...found].filter((path) => path === markOf(path) || !found.has(markOf(path))).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
};
