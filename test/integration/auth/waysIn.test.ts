import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IRouter } from 'express';
import { Socket } from 'socket.io';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Connection } from '../../../src/api/delivery/connection.ts';
import { createHttpApi } from '../../../src/api/http/createHttpApi.ts';
import {
  type Access,
  type Circumstances,
  type Principal,
  permission,
  type Role,
  waysIn,
} from '../../../src/commands/permissions.ts';
import type { UserId } from '../../../src/events/ids.ts';
import { openDeliveryServer } from '../../support/deliveryServer.ts';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

const table: ReadonlyMap<string, Access> = new Map(Object.entries(waysIn.http));

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

type Routes = Pick<IRouter, 'stack'>;
const isRouter = (handle: unknown): handle is Routes => typeof handle === 'function' && 'stack' in handle;

/** The routes that Express would serve, as `GET /jobs/:id`. */
const routesOf = (router: Routes): string[] =>
  router.stack.flatMap(({ route, handle }) => {
    if (route !== undefined)
      return route.stack.flatMap(({ method }) =>
        typeof method === 'string' ? `${method.toUpperCase()} ${route.path}` : [],
      );
    return isRouter(handle) ? routesOf(handle) : [];
  });

describe('the table of who may do what', () => {
  it.each([
    ['local', (each: HttpServer) => each.sessions],
    ['jwt', () => null],
  ] as const)('has each route of the server in %s mode, and no other', (_, sessionsOf) => {
    const app = createHttpApi({ ...server, sessions: sessionsOf(server) });
    const served = routesOf(app.router);
    expect(served.length).toBeGreaterThan(20);
    expect([...new Set(served)].toSorted()).toEqual([...table.keys()].toSorted());
  });

  it('has each event that a socket listens to, and no other', async () => {
    const { log, readModel } = server;
    const listening = vi.spyOn(Socket.prototype, 'on');
    const sockets = await openDeliveryServer({ log, readModel });
    await sockets.connect('ada').untilOther('welcome');
    const events = new Set(listening.mock.calls.map(([event]) => String(event)));
    listening.mockRestore();
    await sockets.close();
    const ofSocketIo = ['error', 'disconnect', 'disconnecting'];
    expect([...events].filter((event) => !ofSocketIo.includes(event))).toEqual([]);
    expect([...Connection.listeners.keys()].toSorted()).toEqual(Object.keys(waysIn.socket).toSorted());
  });

  it('is the only place that looks at the roles of who asks', () => {
    const looking = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .filter((path) => readFileSync(join('src', path), 'utf8').includes('roles.includes('));
    expect(looking).toEqual([join('commands', 'permissions.ts')]);
  });
});

/** A conversation of the starter with a picture that the author asked for, and what each way in is tried with. */
const openScene = async () => {
  const [starter, author, participant] = [
    await server.signIn(),
    await server.signIn(),
    await server.signIn(),
  ];
  const conversation = await starter.startConversation({ participants: [author.id, participant.id] });
  const { message, job } = await author.post(conversation, {
    text: 'A harbour',
    image: { prompt: 'a harbour' },
  });
  await server.settled();
  const around: Circumstances = {
    participants: new Set([starter.id, author.id, participant.id]),
    startedBy: starter.id as UserId,
    author: author.id as UserId,
    participant: participant.id as UserId,
  };
  const ids: Readonly<Record<string, string | undefined>> = {
    '/conversations/:id': conversation,
    '/messages/:id': message.messageId,
    '/jobs/:id': job?.jobId,
  };
  /** The path with ids of the scene in the place of its parameters. */
  const pathOf = (pattern: string): string => {
    const [prefix = ''] = /^\/\w+\/:id/.exec(pattern) ?? [];
    return pattern
      .replace(':id', ids[prefix] ?? '')
      .replace(':userId', participant.id)
      .replace(':imageId', 'f'.repeat(64));
  };
  return { starter, author, participant, around, pathOf };
};

const bodies: Readonly<Record<string, object>> = {
  'POST /sessions': { name: 'Ada' },
  'POST /conversations': { title: 'Harbour' },
  'PATCH /conversations/:id': { title: 'Pier' },
  'POST /conversations/:id/participants': { userId: 'someone' },
  'POST /conversations/:id/messages': { text: 'Hello' },
  'PATCH /messages/:id': { text: 'A pier' },
  'PATCH /messages/:id/metadata': { mood: 'calm' },
  'PATCH /jobs/:id': { priority: 1 },
};

/** Not asked of people: nobody has the picture that its path names. */
const withoutScene = 'GET /images/:imageId';

const people: Readonly<
  Record<string, (scene: Awaited<ReturnType<typeof openScene>>) => Promise<readonly [Person, Role]>>
> = {
  starter: async ({ starter }) => [starter, 'user'],
  author: async ({ author }) => [author, 'user'],
  participant: async ({ participant }) => [participant, 'user'],
  stranger: async () => [await server.signIn(), 'user'],
  operator: async () => [await server.signIn(['operator']), 'operator'],
  auditor: async () => [await server.signIn(['auditor']), 'auditor'],
};

const withoutBasePath: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

const send = (way: string, path: string, token?: string) => {
  const [method = ''] = way.split(' ');
  const body = bodies[way] ?? {};
  const prefix = withoutBasePath.has(path) ? '' : '/api/v1';
  return server.call(method, `${prefix}${path}`, {
    ...(token === undefined ? {} : { token }),
    ...(method === 'GET' ? {} : { body }),
  });
};

/** How the table says that it is answered: refused, or with whatever else. */
const expected = (access: Access, who: Principal, what: Circumstances): string => {
  if (access === 'anyone' || access === 'signed_in') return 'let in';
  const concerned = access === 'changeQueue' || access === 'readAudit' ? {} : what;
  return { allowed: 'let in', forbidden: '403 forbidden', hidden: '404 not_found' }[
    permission(access, who, concerned)
  ];
};

describe.each([...table])('%s', (way, access) => {
  const [, pattern = ''] = way.split(' ');

  it('lets in nobody who has not signed in, unless it is for anyone', async () => {
    const { pathOf } = await openScene();
    const { status } = await send(way, pathOf(pattern));
    if (access === 'anyone') expect(status).toBeLessThan(300);
    else expect(status).toBe(401);
  });

  it.skipIf(way === withoutScene)(
    'lets in whom the table names, and tells others what they may know',
    async () => {
      const answers: Record<string, string> = {};
      const table: Record<string, string> = {};
      for (const [name, choose] of Object.entries(people)) {
        const scene = await openScene();
        const [person, role] = await choose(scene);
        const { status, body } = await send(way, scene.pathOf(pattern), person.token);
        answers[name] =
          [401, 403, 404].includes(status) || status >= 500 ? `${status} ${body.code}` : 'let in';
        const who = { id: person.id as UserId, name: person.name, roles: [role] };
        table[name] = expected(access, who, scene.around);
      }
      expect(answers).toEqual(table);
    },
  );
});
