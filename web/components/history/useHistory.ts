import { useEffect, useState } from 'react';
import type { JobId, MessageId, Position } from '../../../src/events/ids.ts';
import type { AuditItem } from '../../../src/projections/past.ts';
import { useDarkroom } from '../../hooks/useDarkroom.ts';
import { type Explanation, explain } from '../../text/problem.ts';

/** A message with all of its jobs, or one job. */
export type HistoryOf =
  | { readonly kind: 'message'; readonly id: MessageId }
  | { readonly kind: 'job'; readonly id: JobId };

export interface History {
  /** Null until the first answer. */
  readonly items: readonly AuditItem[] | null;
  readonly problem: Explanation | null;
}

/** What happened to a message or a job, up to its newest event: read anew when it has moved on. */
export const useHistory = (of: HistoryOf, position: Position): History => {
  const { client } = useDarkroom();
  const { kind, id } = of;
  const [history, setHistory] = useState<History>({ items: null, problem: null });
  useEffect(() => {
    let isOver = false;
    const read = async (): Promise<readonly AuditItem[]> => {
      const found: AuditItem[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof client.api.history>> = await client.api.history(
          kind === 'job' ? { job: id } : { message: id },
          cursor,
          position,
        );
        found.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null && !isOver);
      return found;
    };
    read().then(
      (items) => {
        if (!isOver) setHistory({ items, problem: null });
      },
      (error: unknown) => {
        if (!isOver) setHistory({ items: null, problem: explain(error, 'The history could not be read') });
      },
    );
    return () => {
      isOver = true;
    };
  }, [client, kind, id, position]);
  return history;
};
