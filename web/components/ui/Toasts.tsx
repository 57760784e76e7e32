import { useEffect, useState } from 'react';
import { type Toast, useToasts } from '../../stores/toastStore.ts';
import { CopyButton } from './CopyButton.tsx';
import { Icon } from './Icon.tsx';
import { IconButton } from './IconButton.tsx';

const shownFor = { problem: 12_000, note: 3_000 } as const;

const ToastCard = ({ toast }: { readonly toast: Toast }) => {
  const dismiss = useToasts((state) => state.dismiss);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(toast.id), shownFor[toast.kind]);
    return () => clearTimeout(timer);
  }, [held, toast, dismiss]);
  return (
    <li
      className={`toast toast-${toast.kind}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={toast.kind === 'problem' ? 'alert' : 'check'} />
      <div className="toast-text">
        <strong>{toast.title}</strong>
        {toast.detail && <p>{toast.detail}</p>}
        {toast.reference && (
          <p className="reference">
            Reference <code>{toast.reference}</code>
            <CopyButton text={toast.reference} label="Copy the reference" />
          </p>
        )}
      </div>
      <IconButton
        icon="close"
        label="Dismiss"
        className="small"
        size={15}
        onClick={() => dismiss(toast.id)}
      />
    </li>
  );
};

export const Toasts = () => {
  const toasts = useToasts((state) => state.toasts);
  return (
    <section className="toasts" aria-label="Notices" aria-live="polite">
      <ul>
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} />
        ))}
      </ul>
    </section>
  );
};
