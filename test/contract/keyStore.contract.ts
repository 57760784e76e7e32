import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KeyStore, secretBytes } from '../../src/events/log/encryption/keyStore.ts';

/** What every key store must do; each adapter runs it. */
export const keyStoreContract = (
  adapter: string,
  open: () => Promise<{
    readonly keys: KeyStore;
    /** Another handle on the same keys, as another process has. */
    readonly openSecond: () => Promise<KeyStore>;
    cleanup(): Promise<void>;
  }>,
): void => {
  describe(`a key store on ${adapter}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let keys: KeyStore;
    let others: KeyStore[];
    const openSecond = async (): Promise<KeyStore> => {
      const second = await opened.openSecond();
      others.push(second);
      return second;
    };
    beforeEach(async () => {
      opened = await open();
      ({ keys } = opened);
      others = [];
    });
    afterEach(async () => {
      await Promise.all(others.map((other) => other.close()));
      await keys.close();
      await opened.cleanup();
    });

    it('has no key of a person who never needed one', async () => {
      expect(await keys.newest('ada')).toBeNull();
      expect(await keys.destroy('ada')).toBe(false);
      expect(await keys.newest('ada')).toBeNull();
    });

    it('makes a key once, and another for each person', async () => {
      const made = await keys.obtain('ada');
      expect(made).toMatchObject({ generation: 1, secret: { length: secretBytes } });
      expect(await keys.obtain('ada')).toEqual(made);
      expect(await keys.newest('ada')).toEqual(made);
      expect((await keys.obtain('ben')).secret).not.toEqual(made.secret);
    });

    it('gives everyone the same key who makes it at the same time, in several processes', async () => {
      const stores = [keys, await openSecond(), await openSecond()];
      for (const person of ['ada', 'ben', 'cleo', 'dan']) {
        const all = await Promise.all([...stores, ...stores].map((store) => store.obtain(person)));
        for (const each of all) expect(each).toEqual(all[0]);
      }
    });

    it('remembers that a key was destroyed, for every process, and has nothing left of it', async () => {
      const other = await openSecond();
      await keys.obtain('ada');
      expect(await keys.destroy('ada')).toBe(true);
      expect(await other.newest('ada')).toEqual({ generation: 1, secret: null });
      expect(await other.destroy('ada')).toBe(false);
    });

    it('makes the next key for a person who comes back, and the first stays destroyed', async () => {
      const first = await keys.obtain('ada');
      await keys.destroy('ada');
      const second = await keys.obtain('ada');
      expect(second.generation).toBe(2);
      expect(second.secret).not.toEqual(first.secret);
      expect(await (await openSecond()).obtain('ada')).toEqual(second);
      await keys.destroy('ada');
      expect(await keys.newest('ada')).toEqual({ generation: 2, secret: null });
    });

    it.each(['a/b', '../ada', 'Ada Lovelace', '🌊', '$where', 'a.b', '__proto__', 'x'.repeat(255)])(
      'takes %s as the id of a person like any other',
      async (person) => {
        const made = await keys.obtain(person);
        expect(await (await openSecond()).newest(person)).toEqual(made);
        expect(await keys.newest(`${person} `)).toBeNull();
      },
    );
  });
};
