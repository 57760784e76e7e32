import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const renamedToday = 'ConversationRenamed: { version: 1, data: z.strictObject({ title }) }';

/**
 * Two releases in a row, between which an event gets a new
 * version (events/define.ts): the earlier one reads version 2 already, so that one can go back to it, and only the later one writes it.
 */
const renamedIn = {
  earlier: `ConversationRenamed: {
        version: 1,
        data: z.strictObject({ title }),
        downcasters: { 2: ({ reason, ...data }) => data },
    }`,
  later: `ConversationRenamed: {
        version: 2,
        data: z.strictObject({ title, reason: z.string().nullable().default(null) }),
        upcasters: { 1: (data) => ({ ...data, reason: null }) },
    }`,
} as const;

/** The built product as that release, in a folder of its own; what to start it by. */
export const buildRelease = async (folder: string, release: keyof typeof renamedIn): Promise<string> => {
  const home = join(folder, release);
  await mkdir(home);
  await cp('dist/src', join(home, 'dist/src'), { recursive: true });
  await cp('package.json', join(home, 'package.json'));
  await symlink(resolve('node_modules'), join(home, 'node_modules'));
  const file = join(home, 'dist/src/events/conversation.js');
  const source = await readFile(file, 'utf8');
  if (!source.includes(renamedToday))
    throw new Error(`${file} does not define ConversationRenamed as it did`);
  await writeFile(file, source.replace(renamedToday, renamedIn[release]));
  return join(home, 'dist/src/cli/darkroom.js');
};
