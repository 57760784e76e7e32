import type { DocumentReader, Query } from '../documents/documentStore.ts';

const longestPage = 1000;

/** All that a query finds, however many pages that is. */
export const queryAll = async <Body extends object>(
  reader: DocumentReader,
  query: Omit<Query<Body>, 'limit'>,
): Promise<Body[]> => {
  const found: Body[] = [];
  for (;;) {
    const last = found.at(-1);
    const goingOn = last === undefined ? {} : { after: String(last[query.orderBy]) };
    const page = await reader.query<Body>({ ...query, ...goingOn, limit: longestPage });
    found.push(...page);
    if (page.length < longestPage) return found;
  }
};
