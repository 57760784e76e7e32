/** Where a server is reached: its origin, and the path before `/api/v1` and `/socket.io`, mostly empty. */
export interface ServerAddress {
  readonly origin: string;
  readonly path: string;
}

/** A server's address from what a caller calls it; in a browser also relative to the page. */
export const serverAddress = (url: string): ServerAddress => {
  const page = 'location' in globalThis ? globalThis.location.href : undefined;
  const { origin, pathname } = new URL(url === '' && page !== undefined ? '/' : url, page);
  return { origin, path: pathname.replace(/\/+$/, '') };
};
