import { stat } from 'node:fs/promises';

/** Size of a database's write-ahead log: what a quiet moment has yet to move into the file. */
export const walBytes = async (file: string): Promise<number> => {
  try {
    return (await stat(`${file}-wal`)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
};
