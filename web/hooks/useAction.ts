import { useCallback, useState } from 'react';
import { useToasts } from '../stores/toastStore.ts';

/**
 * Something asked of the server by a click. `run` answers whether it happened; where it didn't, the
 * person is told under `title`.
 */
export const useAction = (
  title: string,
): { readonly busy: boolean; readonly run: (action: () => Promise<unknown>) => Promise<boolean> } => {
  const problem = useToasts((state) => state.problem);
  const [busy, setBusy] = useState(false);
  const run = useCallback(
    async (action: () => Promise<unknown>): Promise<boolean> => {
      setBusy(true);
      try {
        await action();
        return true;
      } catch (error) {
        problem(error, title);
        return false;
      } finally {
        setBusy(false);
      }
    },
    [problem, title],
  );
  return { busy, run };
};
