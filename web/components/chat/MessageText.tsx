import { useState } from 'react';
import { fullTime } from '../../text/format.ts';

/** More than this is folded, so that the picture below isn't pushed out of sight. */
const longText = 900;
const manyLines = 14;

const isLong = (text: string): boolean => text.length > longText || text.split('\n').length > manyLines;

/** What a person wrote, in the direction that it is written in. */
export const MessageText = ({
  text,
  editedAt = null,
}: {
  readonly text: string;
  readonly editedAt?: string | null;
}) => {
  const [whole, setWhole] = useState(false);
  const long = isLong(text);
  return (
    <>
      <p className={long && !whole ? 'message-text message-text-folded' : 'message-text'} dir="auto">
        {text}
        {editedAt !== null && (
          <span className="message-edited" title={fullTime(editedAt)}>
            edited
          </span>
        )}
      </p>
      {long && (
        <button type="button" className="link-button" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? 'Show less' : 'Show all of it'}
        </button>
      )}
    </>
  );
};
