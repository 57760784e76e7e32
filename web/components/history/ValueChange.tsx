import type { Difference } from '../../../src/projections/past.ts';
import { changeName, shownValue, textChange } from '../../text/history.ts';

const Longer = ({ before, after }: { readonly before: string; readonly after: string }) => {
  const { begin, removed, added, end } = textChange(before, after);
  return (
    <>
      {begin}
      {removed !== '' && <del>{removed}</del>}
      {added !== '' && <ins>{added}</ins>}
      {end}
    </>
  );
};

/** One value that an event changed: what it was is struck out, what it became is marked. */
export const ValueChange = ({ path, before, after }: Difference) => {
  const name = changeName(path);
  const [was, is] = [shownValue(before), shownValue(after)];
  if (name === null || was === is) return null;
  return (
    <div className="history-change">
      <dt>{name}</dt>
      <dd dir="auto">
        <span className="visually-hidden">
          {was === '' ? 'was not there' : `was ${was}`},{' '}
          {is === '' ? 'is not there any more' : `is now ${is}`}
        </span>
        <span aria-hidden="true">
          {path === 'text' && is !== '' ? (
            <Longer before={was} after={is} />
          ) : (
            <>
              {was !== '' && <del>{was}</del>}
              {is !== '' && <ins>{is}</ins>}
            </>
          )}
        </span>
      </dd>
    </div>
  );
};
