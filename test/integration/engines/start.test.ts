import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { StartRefused } from '../../../src/assembly/refused.ts';
import { readConfig } from '../../../src/config.ts';
import { type Darkroom, startDarkroom } from '../../../src/main.ts';
import { openComfyuiServer } from '../../support/engines/comfyuiServer.ts';
import { httpCaller } from '../../support/httpCalls.ts';

const withImage = z.object({ message: z.object({ image: z.looseObject({ status: z.string() }) }) });

describe('a server with several engines', () => {
  let folder: string;
  let comfyui: Awaited<ReturnType<typeof openComfyuiServer>>;
  let darkroom: Darkroom | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-engines-'));
    comfyui = await openComfyuiServer();
  });
  afterEach(async () => {
    await darkroom?.stop();
    darkroom = undefined;
    await comfyui.close();
    await rm(folder, { recursive: true });
  });

  const start = async (more: Record<string, string>) => {
    const settings = { PORT: '0', DATA_DIR: folder, SKETCH_STEP_MS: '0', COMFYUI_URL: comfyui.url.href };
    darkroom = await startDarkroom(
      readConfig({ ...settings, ENGINES: 'comfyui,sketch', ...more }),
      pino({ level: 'silent' }),
    );
    const ada = await httpCaller(darkroom.url).signIn();
    const conversationId = await ada.startConversation();
    const drawn = async (image: object) => {
      const { message } = await ada.post(conversationId, { text: 'a sea', image });
      return vi.waitFor(
        async () => {
          const read = withImage.parse((await ada.call('GET', `/messages/${message.messageId}`)).body);
          expect(read.message.image.status).toBe('completed');
          return read.message.image;
        },
        { timeout: 30_000, interval: 50 },
      );
    };
    return { ada, drawn };
  };
  const small = { width: 64, height: 64, steps: 2 };

  it('says at /engines which there are, and what each can draw', async () => {
    const { ada } = await start({ COMFYUI_WORKFLOWS: 'sdxl,flux' });
    const { text } = await ada.call('GET', '/engines');
    expect(JSON.parse(text)).toMatchObject([
      { name: 'comfyui', circuit: 'closed', failures: 0, models: ['sdxl', 'flux'] },
      { name: 'sketch', circuit: 'closed', failures: 0, models: ['sketch-1'] },
    ]);
  });

  it('draws at the first, or at the one that has the model, and the picture says which', async () => {
    const { drawn } = await start({});
    expect(await drawn(small)).toMatchObject({ engine: 'comfyui', model: 'sdxl' });
    expect(await drawn({ ...small, model: 'sketch-1' })).toMatchObject({ engine: 'sketch' });
  });

  it('draws at the next one while the first is out of reach', async () => {
    await comfyui.close();
    const { drawn } = await start({});
    expect(await drawn(small)).toMatchObject({ engine: 'sketch', model: 'sketch-1' });
  });

  it('does not start with a workflow that can not be used, and says which', async () => {
    const starting = start({ COMFYUI_WORKFLOWS: './none.json' });
    await expect(starting).rejects.toThrow(StartRefused);
    await expect(starting).rejects.toThrow(/ComfyUI workflow \.\/none\.json can not be read/);
  });
});
