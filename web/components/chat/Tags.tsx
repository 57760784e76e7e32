import { useState } from 'react';
import type { MessageId } from '../../../src/events/ids.ts';
import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom } from '../../hooks/useDarkroom.ts';
import { tagFrom, tagPatch } from '../../text/metadata.ts';
import { Icon } from '../ui/Icon.tsx';

export const Tags = ({
  messageId,
  tags,
  adding,
  onAdding,
}: {
  readonly messageId: MessageId;
  readonly tags: readonly string[];
  readonly adding: boolean;
  readonly onAdding: (adding: boolean) => void;
}) => {
  const { client } = useDarkroom();
  const [text, setText] = useState('');
  const { run } = useAction('The tags were not changed');
  if (tags.length === 0 && !adding) return null;
  const set = (name: string, on: boolean): Promise<boolean> =>
    run(() => client.api.mergeMetadata(messageId, tagPatch(name, on)));
  const add = (): void => {
    const name = tagFrom(text);
    setText('');
    if (name !== null && !tags.includes(name)) void set(name, true);
  };
  return (
    <ul className="tags" aria-label="Tags">
      {tags.map((name) => (
        <li key={name} className="tag" data-testid="tag" data-tag={name}>
          {name}
          <button type="button" aria-label={`Remove the tag ${name}`} onClick={() => set(name, false)}>
            <Icon name="close" size={11} />
          </button>
        </li>
      ))}
      <li>
        {adding ? (
          <input
            className="tag-input"
            data-testid="tag-input"
            aria-label="New tag"
            placeholder="New tag"
            value={text}
            maxLength={40}
            // biome-ignore lint/a11y/noAutofocus: the field came because the person asked to add a tag
            autoFocus
            onChange={(event) => setText(event.target.value)}
            onBlur={() => {
              add();
              onAdding(false);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter' || event.key === ',') {
                event.preventDefault();
                add();
              }
              if (event.key === 'Escape') {
                setText('');
                onAdding(false);
              }
            }}
          />
        ) : (
          <button type="button" className="tag-add" aria-label="Add a tag" onClick={() => onAdding(true)}>
            <Icon name="plus" size={12} />
          </button>
        )}
      </li>
    </ul>
  );
};
