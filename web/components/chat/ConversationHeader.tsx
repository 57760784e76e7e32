import { useState } from 'react';
import type { ViewState } from '../../../src/client/client.ts';
import type { Conversation } from '../../../src/projections/model.ts';
import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom, useSelf } from '../../hooks/useDarkroom.ts';
import { conversationTitle } from '../../text/conversation.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { IconButton } from '../ui/IconButton.tsx';
import { Menu } from '../ui/Menu.tsx';
import { PeopleDialog } from './PeopleDialog.tsx';
import { TitleField } from './TitleField.tsx';

const facesShown = 4;

const viewText: Partial<Record<ViewState, string>> = {
  catching_up: 'Catching up…',
  stale: 'As of before the connection was lost',
};

export const ConversationHeader = ({
  conversation,
  view,
  onOpenDrawer,
}: {
  readonly conversation: Conversation;
  readonly view: ViewState;
  readonly onOpenDrawer: () => void;
}) => {
  const { client } = useDarkroom();
  const self = useSelf();
  const [renaming, setRenaming] = useState(false);
  const [people, setPeople] = useState(false);
  const { run } = useAction('The conversation was not archived');
  const { conversationId, participants, archivedAt, startedBy } = conversation;
  const title = conversationTitle(conversation, self.id);
  return (
    <header className="conversation-header">
      <IconButton
        icon="menu"
        label="Show the conversations"
        className="drawer-button"
        onClick={onOpenDrawer}
      />
      <div className="conversation-heading">
        {renaming ? (
          <TitleField
            title={conversation.title}
            onSave={(name) => client.api.renameConversation(conversationId, name)}
            onDone={() => setRenaming(false)}
          />
        ) : (
          <h1 title={title} dir="auto">
            {title}
          </h1>
        )}
        {archivedAt !== null && <span className="chip">Archived</span>}
        {viewText[view] && (
          <span className={`view-state view-${view}`} role="status">
            {viewText[view]}
          </span>
        )}
      </div>
      <button
        type="button"
        className="faces"
        data-testid="people"
        aria-label={`${participants.length} in this conversation. Show and add people`}
        onClick={() => setPeople(true)}
      >
        {participants.slice(0, facesShown).map(({ id, name }) => (
          <Avatar key={id} id={id} name={name} small />
        ))}
        {participants.length > facesShown && (
          <span className="avatar avatar-small avatar-more">+{participants.length - facesShown}</span>
        )}
      </button>
      <Menu
        label="What to do with this conversation"
        items={[
          ...(archivedAt === null
            ? [{ icon: 'pencil' as const, label: 'Rename', act: () => setRenaming(true) }]
            : []),
          { icon: 'addPerson', label: 'People', act: () => setPeople(true) },
          ...(archivedAt === null && startedBy.id === self.id
            ? [
                {
                  icon: 'archive' as const,
                  label: 'Archive',
                  act: () => void run(() => client.api.archiveConversation(conversationId)),
                },
              ]
            : []),
        ]}
      />
      {people && <PeopleDialog conversation={conversation} onClose={() => setPeople(false)} />}
      {view === 'catching_up' && <span className="catching-up" aria-hidden="true" />}
    </header>
  );
};
