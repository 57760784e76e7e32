/** `1 event`, `12 events`, `1,000 people`: a number and what is counted, as people write it. */
export const howMany = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
