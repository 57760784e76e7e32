/** What a server tells at /metrics. */
export interface Scrape {
  readonly text: string;
  /** Names as in `# TYPE`, in the order in which they are told. */
  readonly names: readonly string[];
  /** Of the sample with exactly these labels, in any order; undefined where there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

const keyOf = (name: string, labels: readonly string[]): string => `${name}{${labels.toSorted().join(',')}}`;

export const readScrape = (text: string): Scrape => {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const samples = new Map(
    lines.map((line): [string, number] => {
      const [, name = '', , labels = '', value = ''] = /^(\w+)({(.*)})? (\S+)$/.exec(line) ?? [];
      return [keyOf(name, labels === '' ? [] : labels.split(/,(?=\w+=")/)), Number(value)];
    }),
  );
  return {
    text,
    names: [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name),
    value: (name, labels = {}) =>
      samples.get(
        keyOf(
          name,
          Object.entries(labels).map(([key, value]) => `${key}="${value}"`),
        ),
      ),
  };
};

export const scrape = async (url: string): Promise<Scrape> => {
  const answer = await fetch(`${url}/metrics`);
  if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}: ${await answer.text()}`);
  return readScrape(await answer.text());
};
