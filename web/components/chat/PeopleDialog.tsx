import { type FormEvent, useState } from 'react';
import { userId } from '../../../src/events/ids.ts';
import type { Conversation } from '../../../src/projections/model.ts';
import { useAction } from '../../hooks/useAction.ts';
import { useDarkroom, useSelf } from '../../hooks/useDarkroom.ts';
import { explain, fieldProblems } from '../../text/problem.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Dialog } from '../ui/Dialog.tsx';

const AddPerson = ({ conversation }: { readonly conversation: Conversation }) => {
  const { client } = useDarkroom();
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const parsed = userId.safeParse(text.trim());
    if (!parsed.success) return setProblem('Paste the id of the person; they find it in their profile.');
    if (conversation.participantIds.includes(parsed.data))
      return setProblem('This person is in the conversation already.');
    setBusy(true);
    try {
      await client.api.addParticipant(conversation.conversationId, parsed.data);
      setText('');
    } catch (error) {
      setProblem(fieldProblems(error).get('userId') ?? explain(error, '').detail);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="field" onSubmit={add}>
      <label htmlFor="person">Add someone by their id</label>
      <div className="field-row">
        <input
          id="person"
          className="input"
          data-testid="add-participant-id"
          value={text}
          autoComplete="off"
          spellCheck={false}
          placeholder="Their id, from their profile"
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : 'person-problem'}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
          }}
        />
        <button
          type="submit"
          className="button button-primary"
          data-testid="add-participant-submit"
          disabled={busy}
        >
          Add
        </button>
      </div>
      {problem !== null && (
        <p className="field-problem" id="person-problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
};

export const PeopleDialog = ({
  conversation,
  onClose,
}: {
  readonly conversation: Conversation;
  readonly onClose: () => void;
}) => {
  const { client } = useDarkroom();
  const self = useSelf();
  const { busy, run } = useAction('Nobody was removed');
  return (
    <Dialog title="People" onClose={onClose}>
      <ul className="people">
        {conversation.participants.map(({ id, name }) => (
          <li key={id}>
            <Avatar id={id} name={name} />
            <span className="people-name">
              <b>
                <bdi>{name}</bdi>
                {id === self.id && ' (you)'}
              </b>
              {id === conversation.startedBy.id && <small>Started this conversation</small>}
              {/* Who never signed in has no name yet: perhaps the id was mistyped. */}
              {String(name) === id && <small>Has not signed in yet</small>}
            </span>
            {(id === self.id || conversation.startedBy.id === self.id) &&
              conversation.participants.length > 1 && (
                <button
                  type="button"
                  className="button button-small"
                  disabled={busy}
                  onClick={() => run(() => client.api.removeParticipant(conversation.conversationId, id))}
                >
                  {id === self.id ? 'Leave' : 'Remove'}
                </button>
              )}
          </li>
        ))}
      </ul>
      {conversation.archivedAt === null && <AddPerson conversation={conversation} />}
    </Dialog>
  );
};
