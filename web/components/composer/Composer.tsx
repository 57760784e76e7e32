import { type FormEvent, useEffect, useId, useRef } from 'react';
import type { ConversationId } from '../../../src/events/ids.ts';
import type { Conversation } from '../../../src/projections/model.ts';
import { useComposer } from '../../hooks/useDarkroom.ts';
import { useSend } from '../../hooks/useSend.ts';
import { counted } from '../../text/format.ts';
import { Icon } from '../ui/Icon.tsx';
import { ImageOptions } from './ImageOptions.tsx';

export const Composer = ({
  conversationId,
  conversation,
  isFirst,
}: {
  readonly conversationId: ConversationId;
  readonly conversation: Conversation;
  readonly isFirst: boolean;
}) => {
  const text = useComposer((state) => state.drafts[conversationId] ?? '');
  const { asks, optionsOpen, options, errors, focus, refusals, write, ask, showOptions } = useComposer(
    (state) => state,
  );
  const send = useSend(conversation, isFirst);
  const field = useRef<HTMLTextAreaElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const panel = useId();
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    void send();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `focus` asks for it anew each time
  useEffect(() => {
    const element = field.current;
    if (element === null || matchMedia('(hover: none)').matches) return;
    element.focus();
    element.setSelectionRange(element.value.length, element.value.length);
  }, [focus, conversationId]);

  useEffect(() => {
    if (refusals > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusals]);

  if (conversation.archivedAt !== null)
    return (
      <p className="composer-closed">
        This conversation is archived. It can be read, and nothing can be added.
      </p>
    );
  return (
    <form ref={form} className="composer" onSubmit={submit} noValidate>
      {asks && optionsOpen && <ImageOptions id={panel} />}
      <textarea
        ref={field}
        dir="auto"
        data-testid="composer-text"
        aria-label={asks ? 'Describe the picture you would like' : 'Message'}
        placeholder={asks ? 'Describe the picture you would like…' : 'Write a message…'}
        rows={1}
        value={text}
        aria-invalid={errors.text !== undefined}
        aria-describedby={errors.text === undefined ? undefined : 'composer-problem'}
        onChange={(event) => write(conversationId, event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
        }}
      />
      {errors.text !== undefined && (
        <p className="field-problem" id="composer-problem" role="alert">
          {errors.text}
        </p>
      )}
      <div className="composer-row">
        <label className="switch" title="Whether this message asks for a picture">
          <input
            type="checkbox"
            role="switch"
            aria-checked={asks}
            data-testid="composer-ask"
            checked={asks}
            onChange={(event) => ask(event.target.checked)}
          />
          <span className="switch-track" />
          <span className="switch-label">
            <span>Ask for a </span>picture
          </span>
        </label>
        {asks && (
          <button
            type="button"
            className="options-button"
            data-testid="composer-options"
            aria-expanded={optionsOpen}
            aria-controls={optionsOpen ? panel : undefined}
            onClick={() => showOptions(!optionsOpen)}
          >
            <Icon name="sliders" size={16} />
            <span className="visually-hidden">Picture options:</span>
            <span className="options-summary">
              {options.width} × {options.height}
              <i>{counted(Number(options.steps) || 0, 'step')}</i>
              {options.count !== '1' && <i>{counted(Number(options.count) || 0, 'picture')}</i>}
              {options.seed !== '' && <i>seed {options.seed}</i>}
            </span>
          </button>
        )}
        <span className="composer-hint" aria-hidden="true">
          <kbd>Enter</kbd> sends
        </span>
        <button
          type="submit"
          className="send"
          data-testid="composer-send"
          aria-label="Send"
          title="Send (Enter)"
          disabled={text.trim() === ''}
        >
          <Icon name="send" size={20} />
        </button>
      </div>
    </form>
  );
};
