/** Names of this machine for itself. */
export const loopback: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export const parsedUrl = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);

/** The setting ALLOWED_ORIGINS, which CORS and the upgrade to WebSocket go by alike. */
export const readOrigins = (setting: string): ReadonlySet<string> =>
  new Set(setting.split(',').flatMap((each) => parsedUrl(each.trim())?.origin ?? []));
