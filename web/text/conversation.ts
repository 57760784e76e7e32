import type { Conversation } from '../../src/projections/model.ts';

/** What a conversation is called where nobody named it: after the others in it. */
export const conversationTitle = (
  { title, participants }: Pick<Conversation, 'title' | 'participants'>,
  self: string,
): string => {
  if (title.trim() !== '') return title;
  const others = participants.filter(({ id }) => id !== self).map(({ name }) => name);
  return others.length > 0 ? others.join(', ') : 'New conversation';
};

const longestTitle = 60;

/** A title out of the first message: its first line, cut at a word. */
export const titleFrom = (text: string): string => {
  const line = text.trim().split('\n', 1)[0]?.trim() ?? '';
  if (line.length <= longestTitle) return line;
  const cut = line.slice(0, longestTitle);
  const space = cut.lastIndexOf(' ');
  return `${cut.slice(0, space > 20 ? space : longestTitle).trimEnd()}…`;
};
