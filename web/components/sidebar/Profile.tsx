import { useDarkroom, useIsOperator, useSelf } from '../../hooks/useDarkroom.ts';
import { useObservable } from '../../hooks/useObservable.ts';
import { useSession } from '../../stores/sessionStore.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Icon } from '../ui/Icon.tsx';
import { usePopover } from '../ui/Menu.tsx';
import { ConnectionDot } from './ConnectionDot.tsx';
import { QueueSwitch } from './QueueSwitch.tsx';
import { ThemeSwitch } from './ThemeSwitch.tsx';

export const Profile = () => {
  const { client } = useDarkroom();
  const self = useSelf();
  const operator = useIsOperator();
  const connection = useObservable(client.connection);
  const signOut = useSession((state) => state.signOut);
  const { open, setOpen, root } = usePopover();
  return (
    <div className="profile" ref={root}>
      {open && (
        <div className="profile-popover" role="dialog" aria-label="Profile">
          <div className="profile-id">
            <span className="label">Your id, so that others can add you</span>
            <div className="copyable">
              <code data-testid="own-id">{self.id}</code>
              <CopyButton text={self.id} label="Copy your id" />
            </div>
            {self.roles.length > 1 && <span className="label">Roles: {self.roles.join(', ')}</span>}
          </div>
          <ThemeSwitch />
          {operator && <QueueSwitch />}
          <button type="button" className="menu-item" data-testid="sign-out" onClick={signOut}>
            <Icon name="leave" size={17} />
            Sign out
          </button>
        </div>
      )}
      <button
        type="button"
        className="profile-button"
        data-testid="profile"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Avatar id={self.id} name={self.name} />
        <span className="profile-name">{self.name}</span>
        <ConnectionDot state={connection} />
      </button>
    </div>
  );
};
