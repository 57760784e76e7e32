/** How the room for pictures is laid out before they are there, so that nothing moves when they come. */
export interface FrameLayout {
  readonly columns: number;
  /** Width by height of one cell; very long pictures get a calmer one and are shown whole inside it. */
  readonly cellRatio: number;
  /** Width by height of all cells together. */
  readonly ratio: number;
}

const columnsFor = (count: number): number => {
  if (count <= 1) return 1;
  if (count <= 4) return 2;
  return count <= 6 ? 3 : 4;
};

const within = (least: number, value: number, most: number): number => Math.min(most, Math.max(least, value));

export const frameLayout = (width: number, height: number, count: number): FrameLayout => {
  const columns = columnsFor(count);
  const rows = Math.ceil(count / columns);
  const cellRatio = within(0.6, width / height, 2.4);
  return { columns, cellRatio, ratio: (cellRatio * columns) / rows };
};
