import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageStore } from '../../src/images/imageStore.ts';

export interface OpenedImageStore {
  readonly store: ImageStore;
  /** Another store on the same pictures, as after a restart. */
  reopen(): Promise<ImageStore>;
  close(): Promise<void>;
}

/** What every image store promises. */
export function imageStoreContract(name: string, open: () => Promise<OpenedImageStore>): void {
  describe(`image store: ${name}`, () => {
    let opened: OpenedImageStore;
    let store: ImageStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    it('names a picture by the SHA-256 of its bytes', async () => {
      const bytes = picture('one');
      const stored = await store.put(bytes, 'image/png');
      expect(stored).toEqual({ imageId: sha256(bytes), contentType: 'image/png', size: bytes.length });
    });

    it('gives back the bytes, type and size that were put', async () => {
      for (const contentType of ['image/png', 'image/jpeg', 'image/webp'] as const) {
        const bytes = picture(contentType);
        const { imageId } = await store.put(bytes, contentType);
        const found = await store.get(imageId);
        expect(found).toMatchObject({ imageId, contentType, size: bytes.length });
        expect(Buffer.from(found?.bytes ?? [])).toEqual(Buffer.from(bytes));
      }
    });

    it('keeps one picture for the same bytes put twice, also at the same time', async () => {
      const bytes = picture('twice');
      const all = await Promise.all(Array.from({ length: 8 }, () => store.put(bytes, 'image/png')));
      expect(new Set(all.map(({ imageId }) => imageId)).size).toBe(1);
      expect(await store.get(sha256(bytes))).toMatchObject({ size: bytes.length });
    });

    it('keeps pictures over a restart', async () => {
      const { imageId } = await store.put(picture('kept'), 'image/webp');
      const later = await opened.reopen();
      expect(await later.get(imageId)).toMatchObject({ contentType: 'image/webp' });
    });

    it('finds nothing under an id that was never put', async () => {
      expect(await store.get(sha256(picture('never put')))).toBeNull();
    });

    it('finds and removes nothing under what is no id', async () => {
      const { imageId } = await store.put(picture('safe'), 'image/png');
      const wrong = [
        '',
        '.',
        '..',
        '../../etc/passwd',
        `${imageId}.png`,
        imageId.toUpperCase(),
        `${imageId}\n`,
      ];
      for (const id of [
        ...wrong,
        `../${imageId.slice(0, 2)}/${imageId}`,
        `${imageId.slice(0, 60)}/../`,
        '\0',
      ]) {
        expect(await store.get(id)).toBeNull();
        await store.remove(id);
      }
      expect(await store.get(imageId)).not.toBeNull();
    });

    it('removes a picture, and removing it again is no error', async () => {
      const { imageId } = await store.put(picture('gone'), 'image/jpeg');
      await store.remove(imageId);
      expect(await store.get(imageId)).toBeNull();
      await store.remove(imageId);
    });

    it('takes a picture again that was removed', async () => {
      const { imageId } = await store.put(picture('again'), 'image/png');
      await store.remove(imageId);
      await store.put(picture('again'), 'image/png');
      expect(await store.get(imageId)).not.toBeNull();
    });

    const ahead = (ms: number) => new Date(Date.now() + ms);
    const listed = async (time: Date): Promise<string[]> => {
      const found: string[] = [];
      for await (const imageId of store.storedBefore(time)) found.push(imageId);
      return found.toSorted();
    };

    it('lists the pictures that were put before a time', async () => {
      const ids: string[] = [];
      for (const each of ['one', 'two', 'three'])
        ids.push((await store.put(picture(each), 'image/png')).imageId);
      expect(await listed(ahead(60_000))).toEqual(ids.toSorted());
      expect(await listed(ahead(-60_000))).toEqual([]);
    });

    it('collects what was put before a time, once, and leaves what was put since', async () => {
      const { imageId } = await store.put(picture('old'), 'image/png');
      expect(await store.collect(imageId, ahead(-60_000))).toBe(false);
      expect(await store.get(imageId)).not.toBeNull();
      const all = await Promise.all(Array.from({ length: 4 }, () => store.collect(imageId, ahead(60_000))));
      expect(all.filter(Boolean)).toHaveLength(1);
      expect(await store.get(imageId)).toBeNull();
      expect(await store.collect(sha256(picture('never put')), ahead(0))).toBe(false);
    });

    it('never loses what is put again while it is collected', async () => {
      for (let round = 0; round < 100; round += 1) {
        const bytes = picture(`round ${round}`);
        const { imageId } = await store.put(bytes, 'image/png');
        await new Promise((resolve) => setTimeout(resolve, 2));
        const old = new Date();
        await new Promise((resolve) => setTimeout(resolve, 2));
        await Promise.all([store.collect(imageId, old), store.put(bytes, 'image/png')]);
        expect(await store.get(imageId), `round ${round}`).not.toBeNull();
      }
    });

    it('stores a picture of no bytes and one of many', async () => {
      const none = await store.put(new Uint8Array(0), 'image/png');
      expect(await store.get(none.imageId)).toMatchObject({ size: 0 });
      const many = new Uint8Array(6_000_000).fill(7);
      const { imageId } = await store.put(many, 'image/png');
      expect((await store.get(imageId))?.bytes.length).toBe(many.length);
    });
  });
}

const picture = (text: string): Uint8Array => new TextEncoder().encode(`a picture of ${text}`);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
