import type { CSSProperties } from 'react';
import { Icon } from '../ui/Icon.tsx';

const suggestions = [
  { prompt: 'misty mountains over a lake at sunset', from: '#f7a36b', to: '#6d4b82' },
  { prompt: 'a lighthouse in a winter storm at night', from: '#3f6f9e', to: '#111d33' },
  { prompt: 'a quiet forest path in the morning fog', from: '#9dbb8d', to: '#31594b' },
  { prompt: 'desert dunes under a sky full of stars', from: '#e0a458', to: '#2b2a5c' },
] as const;

export const Suggestions = ({
  onChoose,
  disabled = false,
}: {
  readonly onChoose: (prompt: string) => void;
  readonly disabled?: boolean;
}) => (
  <ul className="suggestions">
    {suggestions.map(({ prompt, from, to }) => (
      <li key={prompt}>
        <button
          type="button"
          className="suggestion"
          data-testid="suggestion"
          disabled={disabled}
          onClick={() => onChoose(prompt)}
        >
          <span className="suggestion-swatch" style={{ '--from': from, '--to': to } as CSSProperties} />
          <span>{prompt}</span>
          <Icon name="right" size={16} />
        </button>
      </li>
    ))}
  </ul>
);
