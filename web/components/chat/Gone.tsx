import { Icon } from '../ui/Icon.tsx';
import { IconButton } from '../ui/IconButton.tsx';

const words = {
  not_found: {
    title: 'There is no such conversation',
    text: 'It does not exist, or you are not one of the people in it. Ask someone who is to add you by your id.',
  },
  lost: {
    title: 'You are no longer in this conversation',
    text: 'You left it or were removed, so what happens in it is not shown to you any more.',
  },
} as const;

export const Gone = ({
  why,
  onOpenDrawer,
}: {
  readonly why: keyof typeof words;
  readonly onOpenDrawer: () => void;
}) => (
  <div className="home">
    <header className="home-bar">
      <IconButton
        icon="menu"
        label="Show the conversations"
        className="drawer-button"
        onClick={onOpenDrawer}
      />
    </header>
    <div className="hero" data-testid="conversation-gone">
      <span className="hero-icon">
        <Icon name="leave" size={30} />
      </span>
      <h1>{words[why].title}</h1>
      <p>{words[why].text}</p>
      <a className="button" href="#/">
        Back to the start
      </a>
    </div>
  </div>
);
