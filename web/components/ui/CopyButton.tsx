import { useEffect, useState } from 'react';
import { useToasts } from '../../stores/toastStore.ts';
import { IconButton } from './IconButton.tsx';

const useCopy = (text: string): { readonly copied: boolean; readonly copy: () => void } => {
  const [copied, setCopied] = useState(false);
  const problem = useToasts((state) => state.problem);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    navigator.clipboard
      .writeText(text)
      .then(() => setCopied(true))
      .catch((error: unknown) => problem(error, 'This browser did not allow copying'));
  };
  return { copied, copy };
};

export const CopyButton = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const { copied, copy } = useCopy(text);
  return (
    <>
      <IconButton
        icon={copied ? 'check' : 'copy'}
        label={label}
        size={15}
        className={copied ? 'small done' : 'small'}
        onClick={copy}
      />
      <span className="visually-hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </>
  );
};
