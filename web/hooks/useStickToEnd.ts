import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** So near to the end counts as at the end. */
const near = 80;

/** While a person writes in the list, say edits a message, it must not move away under them. */
const isWrittenIn = (element: HTMLElement): boolean =>
  document.activeElement instanceof HTMLTextAreaElement && element.contains(document.activeElement);

/**
 * Keeps a scrolled list where the person wants it: at its end while they are there, also when a card
 * grows; and at the same message when older ones come before it.
 */
export const useStickToEnd = (
  list: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  first: string | undefined,
  last: string | undefined,
  /** The person wrote something just now: they want to see it. */
  ownNews: boolean,
): { readonly unseen: boolean; readonly toEnd: () => void; readonly onScroll: () => void } => {
  const atEnd = useRef(true);
  const height = useRef(0);
  /** With nothing in the list yet there is no end to be at: what is shown then begins at the top. */
  const empty = useRef(true);
  empty.current = last === undefined;
  const [unseen, setUnseen] = useState(false);

  const toEnd = useCallback(() => {
    const element = list.current;
    if (element === null) return;
    element.scrollTop = element.scrollHeight;
    atEnd.current = true;
    setUnseen(false);
  }, [list]);

  const onScroll = useCallback(() => {
    const element = list.current;
    if (element === null) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < near;
    if (atEnd.current) setUnseen(false);
  }, [list]);

  useEffect(() => {
    const inner = content.current;
    const element = list.current;
    if (inner === null || element === null) return;
    const observer = new ResizeObserver(() => {
      if (atEnd.current && !empty.current && !isWrittenIn(element)) element.scrollTop = element.scrollHeight;
      height.current = element.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(element);
    return () => observer.disconnect();
  }, [list, content]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is a new first message that matters
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null || atEnd.current) return;
    element.scrollTop += element.scrollHeight - height.current;
    height.current = element.scrollHeight;
  }, [first]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is a new last message that matters
  useLayoutEffect(() => {
    if (last === undefined) return;
    if (atEnd.current || ownNews) toEnd();
    else setUnseen(true);
  }, [last]);

  return { unseen, toEnd, onScroll };
};
