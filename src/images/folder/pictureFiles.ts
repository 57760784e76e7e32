import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A picture as it lies in the folder: the file's path within that, and the SHA-256 that its bytes must have. */
export interface PictureFile {
  readonly path: string;
  readonly sha256: string;
}

export const picturePath = /^([0-9a-f]{2})\/(\1[0-9a-f]{62})\.(?:png|jpg|webp)$/;

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
};

/** The pictures of a folder of pictures, in the order of their paths; none where there is no folder. */
export async function* pictureFiles(folder: string): AsyncGenerator<PictureFile, void, undefined> {
  for (const shard of [...(await namesIn(folder))].sort())
    for (const name of [...(await namesIn(join(folder, shard)))].sort()) {
      const sha256 = picturePath.exec(`${shard}/${name}`)?.[2];
      if (sha256 !== undefined) yield { path: `${shard}/${name}`, sha256 };
    }
}
