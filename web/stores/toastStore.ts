import { create } from 'zustand';
import { type Explanation, explain } from '../text/problem.ts';

export interface Toast extends Explanation {
  readonly id: number;
  readonly kind: 'problem' | 'note';
}

interface ToastState {
  readonly toasts: readonly Toast[];
  readonly problem: (error: unknown, title: string) => void;
  readonly note: (title: string) => void;
  readonly dismiss: (id: number) => void;
}

let lastId = 0;
/** More than these at once would hide the page; the oldest goes. */
const most = 3;

export const useToasts = create<ToastState>()((set) => {
  const add = (toast: Omit<Toast, 'id'>): void => {
    lastId += 1;
    const added = { ...toast, id: lastId };
    set(({ toasts }) => ({ toasts: [...toasts, added].slice(-most) }));
  };
  return {
    toasts: [],
    problem: (error, title) => {
      if (!(error instanceof Error && error.name === 'ApiProblem')) console.error(title, error);
      add({ kind: 'problem', ...explain(error, title) });
    },
    note: (title) => add({ kind: 'note', title, detail: '', reference: null }),
    dismiss: (id) => set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
  };
});
