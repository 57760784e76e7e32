import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ServerConfig } from './deliveryServer.ts';
import { tellStory } from './deliveryStory.ts';
import { discardStores, openTestLog } from './folderStores.ts';
import { makeTemporaryFolder } from './temporaryLog.ts';

/** Starts a node as a process of its own, and resolves once it serves. */
const startNode = async (folder: string, port: number, settings: Partial<ServerConfig>) => {
  const words = ['--expose-gc', '--import', 'tsx', 'test/support/deliveryNodeProcess.ts'];
  const child = spawn(process.execPath, [...words, folder, String(port), JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const line = (word: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const look = (text: string): void => {
        const [what, number] = text.split(' ');
        if (what !== word) return;
        lines.off('line', look);
        resolve(Number(number));
      };
      lines.on('line', look);
      ended.then(([code]) => reject(new Error(`the node ended with ${code}`)), reject);
    });
  return {
    port: await line('ready'),
    /** Bytes in use, what is garbage not counted. */
    memory: (): Promise<number> => {
      const said = line('memory');
      child.stdin.write('memory\n');
      return said;
    },
    /** SIGKILL. */
    kill: async (): Promise<void> => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
export type NodeProcess = Awaited<ReturnType<typeof startNode>>;

/** Files of a log and documents, on which nodes can be started; the test itself appends to that log. */
export const openNodes = async () => {
  const { folder, remove } = await makeTemporaryFolder();
  const log = await openTestLog(folder);
  const nodes: NodeProcess[] = [];
  return {
    log,
    story: tellStory(log),
    async start(settings: Partial<ServerConfig> = {}, port = 0): Promise<NodeProcess> {
      const node = await startNode(folder, port, { TICK_MS: 500, ...settings });
      nodes.push(node);
      return node;
    },
    async close(): Promise<void> {
      for (const node of nodes) await node.kill();
      await log.close();
      await discardStores(folder);
      await remove();
    },
  };
};
export type Nodes = Awaited<ReturnType<typeof openNodes>>;
