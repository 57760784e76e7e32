import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasEnded, ownInstance } from '../../../src/projections/instance.ts';

const bootId = '/proc/sys/kernel/random/boot_id';
const nobodys = 2 ** 22 + 1;

describe('whether another process has ended', () => {
  const own = ownInstance('this process');

  it('is certain where nobody on this machine has its process id', () => {
    expect(hasEnded({ ...own, id: 'another', pid: nobodys }, own)).toBe(true);
    expect(hasEnded({ ...own, id: 'another', pid: process.ppid }, own)).toBe(false);
  });

  it.runIf(existsSync(bootId))(
    'is not known of a machine made from the same image, with the same name',
    () => {
      const boot = readFileSync(bootId, 'utf8').trim();
      const host = own.host.replace(boot, 'e3b0c442-98fc-4c14-9afb-f4c8996fb924');
      expect(hasEnded({ ...own, host, id: 'another', pid: nobodys }, own)).toBe(false);
    },
  );
});
