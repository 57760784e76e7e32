import { type FormEvent, useRef, useState } from 'react';
import { useAction } from '../../hooks/useAction.ts';

export const TitleField = ({
  title,
  onSave,
  onDone,
}: {
  readonly title: string;
  readonly onSave: (title: string) => Promise<unknown>;
  readonly onDone: () => void;
}) => {
  const [text, setText] = useState(title);
  const { busy, run } = useAction('The conversation was not renamed');
  const left = useRef(false);
  const save = async (event?: FormEvent): Promise<void> => {
    event?.preventDefault();
    if (left.current) return;
    const wanted = text.trim();
    if (wanted === '' || wanted === title || (await run(() => onSave(wanted)))) onDone();
  };
  return (
    <form className="title-form" onSubmit={save}>
      <input
        className="input"
        dir="auto"
        data-testid="title-input"
        aria-label="Title of the conversation"
        value={text}
        maxLength={200}
        disabled={busy}
        // biome-ignore lint/a11y/noAutofocus: the field came because the person asked to rename
        autoFocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => save()}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          left.current = true;
          onDone();
        }}
      />
    </form>
  );
};
