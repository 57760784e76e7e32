import type { LogId, Position } from '../../../events/ids.ts';
import { openDatabase } from '../../../sqlite/openDatabase.ts';
import { format } from './format.ts';

/**
 * Documents that were projected from a log up to `through` are those of every log that begins with that one's
 * events up to there: says so of a log that goes on under another identity, and answers how many checkpoints
 * it did so for. Others stay as they are, and are refused. Nobody else may have the file open.
 */
export const adoptCheckpoints = async (
  file: string,
  { from, to, through }: { readonly from: LogId; readonly to: LogId; readonly through: Position },
): Promise<number> => {
  const database = await openDatabase(file, format);
  try {
    const adopt = database.prepare('UPDATE checkpoints SET log_id = ? WHERE log_id = ? AND position <= ?');
    return adopt.run(to, from, through).changes;
  } finally {
    database.close();
  }
};
