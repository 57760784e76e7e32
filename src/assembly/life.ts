/** What this process opens and starts, so that stopping ends it in the opposite order. */
export interface Life {
  opened<Part extends { close(): Promise<unknown> }>(part: Part): Part;
  started<Part extends { stop(): Promise<unknown> }>(part: Part): Part;
}

export const lifeOf = (closing: (() => Promise<unknown>)[]): Life => ({
  opened: (part) => {
    closing.push(() => part.close());
    return part;
  },
  started: (part) => {
    closing.push(() => part.stop());
    return part;
  },
});
