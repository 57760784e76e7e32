import { setTimeout as wait } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { pictureOf, type Reply, type ServedCall, serve } from './engineServer.ts';

/** How the server misbehaves; nothing of it by default. */
export interface ComfyuiBehaviour {
  stepMs: number;
  /** Prompts stop at this step until it is null again. */
  holdAt: number | null;
  /** Answers to POST /prompt and GET /history, in place of the right ones. */
  promptReply: Reply | undefined;
  historyReply: Reply | undefined;
  /** Takes the prompt, then cuts the connection in place of an answer. */
  losesAnswer: boolean;
  /** As builds before 2026: gives ids of its own. */
  ownIds: boolean;
  /** Accepts no WebSocket. */
  refusesSockets: boolean;
  /** Accepts them, and says nothing. */
  isSilent: boolean;
  /** Frames of previews that say whose they are. */
  previewMetadata: boolean;
  /** Tells every socket of other people's prompts too. */
  isNoisy: boolean;
  /** How a prompt ends in place of success. */
  failure: { type: string; message: string } | null;
  /** What /system_stats answers in place of being well. */
  statsReply: Reply | undefined;
  /** What /view sends in place of the picture. */
  viewReply: Reply | undefined;
}

type Graph = Record<string, { class_type: string; inputs: Record<string, unknown> }>;
interface Prompt {
  readonly id: string;
  readonly number: number;
  readonly clientId: string;
  readonly graph: Graph;
  interrupted: boolean;
}
type Message = [event: string, data: Record<string, unknown>];

/** A stand-in for ComfyUI that follows its protocol over real HTTP and WebSocket: one prompt at a time. */
export const openComfyuiServer = async () => {
  const behaviour: ComfyuiBehaviour = {
    stepMs: 0,
    holdAt: null,
    promptReply: undefined,
    historyReply: undefined,
    losesAnswer: false,
    ownIds: false,
    refusesSockets: false,
    isSilent: false,
    previewMetadata: true,
    isNoisy: false,
    failure: null,
    viewReply: undefined,
    statsReply: undefined,
  };
  const calls: { path: string; json: unknown }[] = [];
  const authorizations = new Set<string | undefined>();
  const drawn: string[] = [];
  const sockets = new Map<string, WebSocket>();
  const history = new Map<string, unknown>();
  const files = new Map<string, Buffer>();
  let pending: Prompt[] = [];
  let running: Prompt | null = null;
  let number = 0;
  let generation = 0;

  const send = (clientId: string, type: string, data: Record<string, unknown>): void => {
    if (!behaviour.isSilent) sockets.get(clientId)?.send(JSON.stringify({ type, data }));
  };

  const sendPreview = ({ id, clientId }: Prompt, node: string, image: Buffer): void => {
    if (behaviour.isSilent) return;
    const about = Buffer.from(JSON.stringify({ node_id: node, prompt_id: id, image_type: 'image/png' }));
    const head = Buffer.alloc(8);
    head.writeUInt32BE(behaviour.previewMetadata ? 4 : 1, 0);
    head.writeUInt32BE(behaviour.previewMetadata ? about.length : 2, 4);
    sockets
      .get(clientId)
      ?.send(Buffer.concat(behaviour.previewMetadata ? [head, about, image] : [head, image]));
  };

  const run = async (prompt: Prompt, own: number): Promise<void> => {
    const { id, clientId, graph } = prompt;
    const said: Message[] = [];
    const say = (event: string, data: Record<string, unknown>): void => {
      said.push([event, { prompt_id: id, ...data }]);
      send(clientId, event, { prompt_id: id, ...data });
    };
    const end = (outputs: unknown, status_str: string, completed: boolean): void => {
      if (own !== generation) return;
      running = null;
      history.set(id, {
        prompt: [prompt.number, id, graph, {}, []],
        outputs,
        meta: {},
        status: { status_str, completed, messages: said },
      });
      send(clientId, 'executing', { node: null, prompt_id: id });
    };
    const nodeOf = (kind: RegExp) =>
      Object.entries(graph).find(([, { class_type }]) => kind.test(class_type));
    const [sampler, { inputs }] = nodeOf(/KSampler/) ?? [
      '',
      { class_type: '', inputs: {} as Graph[string]['inputs'] },
    ];
    const [save] = nodeOf(/SaveImage/) ?? [''];
    const latent = nodeOf(/Empty.*Latent/)?.[1].inputs ?? {};
    const [seed, steps] = [Number(inputs['seed']), Number(inputs['steps'])];
    const [width, height] = [Number(latent['width']), Number(latent['height'])];

    say('execution_start', { timestamp: Date.now() });
    say('execution_cached', { nodes: [], timestamp: Date.now() });
    send(clientId, 'executing', { node: sampler, display_node: sampler, prompt_id: id });
    for (let step = 1; step <= steps; step++) {
      await wait(behaviour.stepMs);
      while (behaviour.holdAt === step && !prompt.interrupted && own === generation) await wait(2);
      if (own !== generation) return;
      if (prompt.interrupted) {
        say('execution_interrupted', { node_id: sampler, node_type: 'KSampler', executed: [] });
        return end({}, 'error', false);
      }
      send(clientId, 'progress', { value: step, max: steps, prompt_id: id, node: sampler });
      if (behaviour.isNoisy)
        for (const other of sockets.keys())
          send(other, 'progress', { value: steps, max: steps, prompt_id: 'of-somebody-else', node: sampler });
      sendPreview(prompt, sampler, pictureOf(seed, width, height, step / steps));
    }
    if (behaviour.failure !== null) {
      const { type, message } = behaviour.failure;
      const where = { node_id: sampler, node_type: 'KSampler', executed: [], traceback: ['a secret path'] };
      say('execution_error', { ...where, exception_type: type, exception_message: message });
      return end({}, 'error', false);
    }
    drawn.push(id);
    const filename = `darkroom_${drawn.length}_.png`;
    files.set(filename, pictureOf(seed, width, height));
    send(clientId, 'progress', { value: 1, max: 1, prompt_id: id, node: save });
    const output = { images: [{ filename, subfolder: '', type: 'output' }] };
    send(clientId, 'executed', { node: save, display_node: save, output, prompt_id: id });
    say('execution_success', { timestamp: Date.now() });
    end({ [save]: output }, 'success', true);
  };

  const work = async (): Promise<void> => {
    while (running === null) {
      const next = pending.shift();
      if (next === undefined) return;
      running = next;
      await run(next, generation);
    }
  };

  const enqueue = (json: unknown): Reply => {
    const body = json as { prompt: Graph; prompt_id: string; client_id: string };
    const id = behaviour.ownIds ? crypto.randomUUID() : body.prompt_id;
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      return { status: 400, body: { error: { type: 'invalid_prompt_id' }, node_errors: {} } };
    pending.push({ id, number: number++, clientId: body.client_id, graph: body.prompt, interrupted: false });
    void work();
    return { body: { prompt_id: id, number, node_errors: {} } };
  };

  const listed = ({ id, number: at, graph }: Prompt) => [at, id, graph, {}, []];

  const answer = async ({ method, url, json, headers, response }: ServedCall): Promise<Reply | 'handled'> => {
    calls.push({ path: `${method} ${url.pathname}`, json });
    authorizations.add(headers.authorization);
    if (url.pathname === '/system_stats')
      return behaviour.statsReply ?? { body: { system: {}, devices: [] } };
    if (url.pathname === '/prompt') {
      if (behaviour.promptReply !== undefined) return behaviour.promptReply;
      const reply = enqueue(json);
      if (!behaviour.losesAnswer) return reply;
      response.destroy();
      return 'handled';
    }
    if (url.pathname.startsWith('/history/')) {
      if (behaviour.historyReply !== undefined) return behaviour.historyReply;
      const id = url.pathname.slice('/history/'.length);
      return { body: history.has(id) ? { [id]: history.get(id) } : {} };
    }
    if (url.pathname === '/view') {
      if (behaviour.viewReply !== undefined) return behaviour.viewReply;
      const file = files.get(url.searchParams.get('filename') ?? '');
      return file === undefined ? { status: 404, body: '' } : { body: file };
    }
    if (url.pathname === '/queue' && method === 'POST') {
      const { delete: ids } = json as { delete: string[] };
      pending = pending.filter(({ id }) => !ids.includes(id));
      return { body: '' };
    }
    if (url.pathname === '/queue')
      return {
        body: {
          queue_running: running === null ? [] : [listed(running)],
          queue_pending: pending.map(listed),
        },
      };
    if (url.pathname === '/interrupt') {
      const { prompt_id: id } = (json ?? {}) as { prompt_id?: string };
      if (running !== null && (id === undefined || id === running.id)) running.interrupted = true;
      return { body: '' };
    }
    return { status: 404, body: 'no such route' };
  };

  const http = await serve(answer);
  const upgrades = new WebSocketServer({ noServer: true });
  http.server.on('upgrade', (request, socket, head) => {
    // The client may be gone before it has read the refusal.
    socket.on('error', () => {});
    authorizations.add(request.headers.authorization);
    if (behaviour.refusesSockets) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (opened) => {
      const id = new URL(request.url ?? '', 'http://x').searchParams.get('clientId') ?? '';
      sockets.set(id, opened);
      opened.on('close', () => {
        if (sockets.get(id) === opened) sockets.delete(id);
      });
      send(id, 'status', { status: { exec_info: { queue_remaining: pending.length } }, sid: id });
    });
  });

  return {
    url: http.url,
    behaviour,
    calls,
    /** With which calls and sockets signed in. */
    authorizations,
    /** Prompts that were drawn to their end. */
    drawn,
    runningId: () => running?.id ?? null,
    pendingIds: () => pending.map(({ id }) => id),
    socketCount: () => sockets.size,
    /** Somebody presses stop in ComfyUI's own page. */
    interruptAll() {
      if (running !== null) running.interrupted = true;
    },
    /** A prompt of somebody else's, who has nothing to do with us. */
    enqueueStranger(graph: Graph): string {
      const id = crypto.randomUUID();
      enqueue({ prompt: graph, prompt_id: id, client_id: 'a stranger' });
      return id;
    },
    cutSockets() {
      for (const socket of sockets.values()) socket.terminate();
    },
    /** Forgets all that it knew: history and queue are in memory only. */
    restart() {
      generation++;
      running = null;
      pending = [];
      history.clear();
      for (const socket of sockets.values()) socket.terminate();
    },
    async close() {
      generation++;
      for (const socket of sockets.values()) socket.terminate();
      upgrades.close();
      await http.close();
    },
  };
};
