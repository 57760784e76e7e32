import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isAddressRange } from '../../../../src/addressRange.ts';
import { createAddressOf } from '../../../../src/api/limits/addressOf.ts';

/** Whose request it is that came from `remote` with this `X-Forwarded-For`. */
const addressOf = (trusted: readonly string[], remote: string, forwarded?: string): string => {
  const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: remote });
  return createAddressOf(trusted)({
    socket,
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  });
};

describe('the address that limits go by', () => {
  it('is that of the connection, whatever the request says, where no proxy is trusted', () => {
    expect(addressOf([], '203.0.113.7', '198.51.100.1')).toBe('203.0.113.7');
    expect(addressOf([], '127.0.0.1', '198.51.100.1')).toBe('127.0.0.1');
  });

  it('is not what a stranger says who isn’t the proxy', () => {
    expect(addressOf(['10.0.0.0/8'], '203.0.113.7', '198.51.100.1')).toBe('203.0.113.7');
  });

  it('is what the proxy says', () => {
    expect(addressOf(['10.0.0.0/8'], '10.1.2.3', '198.51.100.1')).toBe('198.51.100.1');
    expect(addressOf(['10.1.2.3'], '::ffff:10.1.2.3', '198.51.100.1')).toBe('198.51.100.1');
  });

  it('is what the first trusted proxy saw, not what was sent to it', () => {
    expect(addressOf(['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 198.51.100.1, 10.0.0.2')).toBe('198.51.100.1');
    expect(addressOf(['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 198.51.100.1')).toBe('198.51.100.1');
  });

  it('is the proxy’s where that says nothing that is an address', () => {
    for (const nonsense of ['', 'unknown', '1.2.3', '<script>', '198.51.100.1, _hidden'])
      expect(addressOf(['10.0.0.0/8'], '10.0.0.1', nonsense)).toBe('10.0.0.1');
  });

  it('is the network of 64 bits where it is IPv6, however it is written', () => {
    const expected = '2001:db8:0:7::/64';
    for (const remote of ['2001:db8:0:7::1', '2001:db8::7:0:0:0:2', '2001:0DB8:0000:0007:1:2:3:4'])
      expect(addressOf([], remote)).toBe(expected);
    expect(addressOf(['fd00::/8'], 'fd00::1', '2001:db8:0:7::9')).toBe(expected);
    expect(addressOf([], '::1')).toBe('0:0:0:0::/64');
  });
});

describe('a range of addresses', () => {
  it.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'])('may be %s', (text) => {
    expect(isAddressRange(text)).toBe(true);
  });
  it.each(['', 'localhost', '10.0.0.0/33', '10.0.0', 'fd00::/129', '10.0.0.0/8/8', '10.0.0.0/x'])(
    'is not %j',
    (text) => {
      expect(isAddressRange(text)).toBe(false);
    },
  );
});
