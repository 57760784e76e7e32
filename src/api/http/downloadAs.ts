/** What RFC 8187 lets stand as it is. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * `Content-Disposition` for a file name that a person chose. In the plain form only letters, digits and a
 * few signs stand for themselves, so nothing in it can end the text or the header, or name a folder.
 */
export const downloadAs = (name: string): string => {
  const file = name.replaceAll(/[/\\\p{Cc}\p{Cf}]/gu, '_').replace(/^\.+/, '_');
  const plain = file.replaceAll(/[^A-Za-z0-9 ._-]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded(file)}`;
};
