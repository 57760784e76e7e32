import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const length = 32;
const format = new RegExp(`^[0-9a-f]{${2 * length}}\\n?$`);

/** The secret can't be used. `message` is a sentence that says what to do. */
export class UnusableSecret extends Error {
  readonly code = 'unusable_secret';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnusableSecret';
  }
}

const damaged = (path: string): UnusableSecret =>
  new UnusableSecret(
    `The sign-in secret in ${path} is damaged: it must be ${2 * length} hexadecimal digits. ` +
      'Restore it from a backup, or remove the file; then everyone signs in anew.',
  );

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
const isCode = (error: unknown, code: string): boolean => codeOf(error) === code;

const readSecret = async (path: string): Promise<Uint8Array | null> => {
  try {
    const text = await readFile(path, 'latin1');
    if (!format.test(text)) throw damaged(path);
    return Buffer.from(text.trim(), 'hex');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
};

const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/**
 * Written whole beside its place, then linked there: a crash leaves no half secret, and of two processes
 * that start at once one's secret is that of both, for a link doesn't replace what is there.
 */
const makeSecret = async (folder: string, path: string): Promise<void> => {
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(length).toString('hex')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await unlink(draft);
  }
  await sync(folder);
};

const findOrMake = async (folder: string, path: string): Promise<Uint8Array> => {
  await mkdir(folder, { recursive: true });
  const known = await readSecret(path);
  if (known !== null) return known;
  await makeSecret(folder, path);
  const made = await readSecret(path);
  if (made === null) throw damaged(path);
  return made;
};

/** The secret that signs tokens in local mode; made at the first start. @throws UnusableSecret */
export const openSecret = async (folder: string): Promise<Uint8Array> => {
  const path = join(folder, 'sign-in-secret');
  try {
    return await findOrMake(folder, path);
  } catch (cause) {
    if (cause instanceof UnusableSecret) throw cause;
    throw new UnusableSecret(
      `The sign-in secret ${path} can not be read or written (${String(codeOf(cause) ?? cause)}); ` +
        'give this process a regular file there, or none and a folder that it may write to.',
      { cause },
    );
  }
};
