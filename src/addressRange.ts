import { isIP, isIPv4 } from 'node:net';

const range = /^([^/]+)(?:\/(\d{1,3}))?$/;

/** An address, and how many bits of it count; null: all. */
export const splitRange = (text: string): { readonly address: string; readonly bits: number | null } => {
  const [, address = '', bits] = range.exec(text) ?? [];
  return { address, bits: bits === undefined ? null : Number(bits) };
};

/** Whether the text is an address, or a range of them like 10.0.0.0/8. */
export const isAddressRange = (text: string): boolean => {
  const { address, bits } = splitRange(text);
  return isIP(address) !== 0 && (bits ?? 0) <= (isIPv4(address) ? 32 : 128);
};
