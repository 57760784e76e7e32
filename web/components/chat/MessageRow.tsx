import { memo, useState } from 'react';
import type { Message } from '../../../src/projections/model.ts';
import { useIsOperator, useSelf } from '../../hooks/useDarkroom.ts';
import { fullTime, timeOfDay } from '../../text/format.ts';
import { tagsOf } from '../../text/metadata.ts';
import { HistoryButton } from '../history/HistoryButton.tsx';
import { Avatar } from '../ui/Avatar.tsx';
import { ImageProgressCard } from './ImageProgressCard.tsx';
import { MessageActions } from './MessageActions.tsx';
import { MessageEditor } from './MessageEditor.tsx';
import { MessageText } from './MessageText.tsx';
import { Tags } from './Tags.tsx';

interface Props {
  readonly message: Message;
  readonly follows: boolean;
  readonly readOnly: boolean;
}

export const MessageRow = memo(({ message, follows, readOnly }: Props) => {
  const self = useSelf();
  const operator = useIsOperator();
  const [editing, setEditing] = useState(false);
  const [tagging, setTagging] = useState(false);
  const { messageId, author, text, createdAt, editedAt, removed, image, metadata } = message;
  const ownOrOperator = author.id === self.id || operator;
  return (
    <article
      className={follows ? 'message message-follows' : 'message'}
      data-testid="message"
      data-message-id={messageId}
      aria-label={`${author.name}, ${timeOfDay(createdAt)}`}
    >
      {!follows && <Avatar id={author.id} name={author.name} />}
      <div className="message-body">
        {!follows && (
          <header className="message-header">
            <bdi className="message-author">{author.name}</bdi>
            <time className="message-time" dateTime={createdAt} title={fullTime(createdAt)}>
              {timeOfDay(createdAt)}
            </time>
          </header>
        )}
        {removed ? (
          <p className="message-removed">
            This message was removed.{' '}
            <HistoryButton of={{ kind: 'message', id: message.messageId }} position={message.position} />
          </p>
        ) : editing ? (
          <MessageEditor message={message} onDone={() => setEditing(false)} />
        ) : (
          <MessageText text={text} editedAt={editedAt} />
        )}
        {image !== null && !removed && (
          <ImageProgressCard message={message} image={image} readOnly={readOnly} />
        )}
        {!removed && (
          <Tags messageId={messageId} tags={tagsOf(metadata)} adding={tagging} onAdding={setTagging} />
        )}
      </div>
      {!removed && !editing && (
        <MessageActions
          message={message}
          mayChange={ownOrOperator && !readOnly}
          onEdit={() => setEditing(true)}
          onTag={() => setTagging(true)}
        />
      )}
    </article>
  );
});
