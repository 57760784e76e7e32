import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { splitRange } from '../../addressRange.ts';

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** As IPv4 where it is that in the clothes of IPv6. */
const plain = (address: string): string => mapped.exec(address)?.[1] ?? address;

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

const blockListOf = (ranges: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const text of ranges) {
    const { address, bits } = splitRange(text);
    if (bits === null) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, bits, familyOf(address));
  }
  return list;
};

/** The first half of an IPv6 address, written out: four groups of hexadecimal digits. */
const networkOf = (address: string): string => {
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const between =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...between, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
};

/** What limits go by. Of IPv6 the network of 64 bits, for all of it is given to one customer. */
const limited = (address: string): string => (isIPv6(address) ? `${networkOf(address)}::/64` : address);

/**
 * Whose request it is, by address. `X-Forwarded-For` is believed as far as trusted proxies wrote it, from the
 * right: each of them adds whom it was asked by, and what stands further left anybody may have sent.
 */
export const createAddressOf = (trusted: readonly string[]) => {
  const proxies = blockListOf(trusted);
  const isProxy = (address: string): boolean =>
    trusted.length > 0 && isIP(address) !== 0 && proxies.check(address, familyOf(address));

  return ({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string => {
    let address = plain(socket.remoteAddress ?? '');
    const forwarded = isProxy(address) ? String(headers['x-forwarded-for'] ?? '').split(',') : [];
    for (const next of forwarded.toReversed().map((each) => plain(each.trim()))) {
      if (!isProxy(address) || isIP(next) === 0) break;
      address = next;
    }
    return limited(address);
  };
};
export type AddressOf = ReturnType<typeof createAddressOf>;
