import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createOriginCheck } from '../../../src/api/delivery/admission.ts';
import { duties } from '../../../src/assembly/duties.ts';
import { readConfig, settings } from '../../../src/config.ts';

const service = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  read_only: z.boolean().optional(),
  networks: z.array(z.string()),
  ports: z.array(z.string()).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }),
  deploy: z.object({ resources: z.object({ limits: z.object({ cpus: z.string(), memory: z.string() }) }) }),
});

const text = readFileSync('docker-compose.yml', 'utf8');
const { services } = z
  .object({ services: z.record(z.string(), service) })
  .parse(parse(text, { merge: true }));
const ours = Object.entries(services).filter(([, { image }]) => image.startsWith('darkroom'));

/** What whoever runs it has to set. */
const secrets = [...new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name ?? ''))];
const given = Object.fromEntries(secrets.map((name) => [name, `${name.toLowerCase()}-${'x'.repeat(40)}`]));

/** As Compose fills in `${NAME}`, `${NAME:-default}` and `${NAME:?why}`. */
const filledIn = (value: string): string =>
  value.replace(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, kind?: string, word?: string) => given[name] ?? (kind === '-' ? (word ?? '') : ''),
  );

const compose = (): readonly string[] | null => {
  for (const command of [['docker', 'compose'], ['docker-compose']] as const)
    if (spawnSync(command[0], [...command.slice(1), 'version'], { stdio: 'ignore' }).status === 0)
      return command;
  return null;
};
const command = compose();
/** The first generation of Compose doesn't know the name at the top. */
const knowsNames = command?.length === 2;

describe('docker-compose.yml', () => {
  it('has two nodes behind a proxy, two workers, a projector, both stores, and what watches them', () => {
    expect(Object.keys(services).toSorted()).toEqual([
      'api1',
      'api2',
      'grafana',
      'kurrentdb',
      'mongodb',
      'projector',
      'prometheus',
      'proxy',
      'worker1',
      'worker2',
    ]);
  });

  it('sets nothing that is no setting, and nothing that Darkroom would refuse', () => {
    expect(ours.length).toBeGreaterThan(4);
    for (const [name, { environment = {} }] of ours) {
      expect(
        Object.keys(environment).filter((key) => !(key in settings.shape)),
        name,
      ).toEqual([]);
      const config = readConfig(
        Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, filledIn(value)])),
      );
      expect(config).toMatchObject({ HOST: '0.0.0.0', AUTH_MODE: 'jwt' });
      expect(config.DOCUMENTS_URL).toMatch(/^mongodb:\/\/.*replicaSet=/);
      expect(config.EVENT_LOG_URL).toMatch(/^esdb:\/\//);
    }
  });

  it('hands on every setting, each under its own name', () => {
    // Its identity provider signs with a secret, which may not stand beside public keys.
    const left = new Set(['AUTH_JWKS_URL']);
    for (const [name, { environment = {} }] of ours) {
      expect(Object.keys(environment).toSorted(), name).toEqual(
        Object.keys(settings.shape)
          .filter((setting) => !left.has(setting))
          .toSorted(),
      );
      for (const [setting, value] of Object.entries(environment)) {
        const taken = /^\$\{(\w+)/.exec(value)?.[1];
        expect(taken ?? setting, name).toBe(setting);
      }
    }
  });

  it('gives every duty to somebody', () => {
    const given = ours.flatMap(([, { command = [] }]) => command.at(-1)?.split(',') ?? []);
    expect([...new Set(given)].toSorted()).toEqual([...duties].toSorted());
  });

  it('has a health check and a limit for each, and a read-only root for each of ours', () => {
    for (const [name, { healthcheck, deploy }] of Object.entries(services)) {
      expect(healthcheck.test.length, name).toBeGreaterThan(1);
      expect(deploy.resources.limits.memory, name).toMatch(/^\d+[MG]$/);
    }
    for (const [name, { read_only }] of ours) expect(read_only, name).toBe(true);
    expect(services.proxy?.read_only).toBe(true);
  });

  it('has no secret with a default', () => {
    for (const [name, { environment = {} }] of Object.entries(services))
      for (const [key, value] of Object.entries(environment))
        if (/PASSWORD|SECRET|KEY$/.test(key))
          // The key of an engine that isn't used may be missing; all else has to be set.
          expect(value, `${name} ${key}`).toMatch(
            key.endsWith('API_KEY') ? /^\$\{\w+:-\}$/ : /^\$\{\w+:\?[^}]+\}$/,
          );
    expect(text).not.toMatch(/\/\/[^:/$\s]+:[^$@\s][^@\s]*@/);
  });

  it('keeps the stores to itself', () => {
    for (const name of ['kurrentdb', 'mongodb', 'prometheus'])
      expect(services[name]?.ports, name).toBeUndefined();
  });

  it('lets workers out, for engines listen elsewhere, and the stores never', () => {
    expect(services.worker1?.networks).toContain('outside');
    expect(services.worker2?.networks).toContain('outside');
    for (const name of ['kurrentdb', 'mongodb', 'prometheus', 'projector'])
      expect(services[name]?.networks, name).toEqual(['inside']);
  });

  it('mounts only files that are there', () => {
    for (const { volumes = [] } of Object.values(services))
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) expect(existsSync(source), source).toBe(true);
      }
  });

  it.skipIf(!knowsNames)('is accepted by docker compose config', () => {
    const [first = '', ...rest] = command ?? [];
    const { status, stderr } = spawnSync(first, [...rest, 'config', '--quiet'], {
      env: { PATH: process.env.PATH, ...given },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

describe('deploy/proxy/nginx.conf', () => {
  const proxy = readFileSync('deploy/proxy/nginx.conf', 'utf8');

  it('hands on the host with its port, or no socket of a page at http://localhost:8080 would be let in', () => {
    const host = /proxy_set_header Host (\S+);/.exec(proxy)?.[1] ?? '';
    const seen = { $host: 'localhost', $http_host: 'localhost:8080' }[host];
    const mayConnect = createOriginCheck({ ALLOWED_ORIGINS: '', AUTH_MODE: 'jwt' });
    expect(mayConnect({ headers: { host: seen, origin: 'http://localhost:8080' } })).toBe(true);
  });

  it('asks again where each node is, for one that is made anew has another address', () => {
    const nodes = [...proxy.matchAll(/^\s*server (api\d):3000 (.*);$/gm)];
    expect(nodes.map(([, name]) => name)).toEqual(['api1', 'api2']);
    for (const [, name, parameters] of nodes) expect(parameters, name).toMatch(/^resolve /);
  });
});

describe('deploy/Dockerfile', () => {
  const stages = readFileSync('deploy/Dockerfile', 'utf8')
    .split(/^FROM /m)
    .slice(1);

  it('builds in one stage and runs in another, as nobody special', () => {
    expect(stages).toHaveLength(2);
    expect(stages[1]).toMatch(/^USER node$/m);
    expect(stages[1]).not.toMatch(/npm|apt-get/);
  });

  it('copies what the build makes, and starts it', () => {
    const { bin } = z
      .object({ bin: z.object({ darkroom: z.string() }) })
      .parse(parse(readFileSync('package.json', 'utf8')));
    expect(stages[1]).toContain(bin.darkroom.replace('./', ''));
    for (const [, source = ''] of (stages[0] ?? '').matchAll(/^COPY ([^\s.]\S*) \.\/\S*$/gm))
      expect(existsSync(source), source).toBe(true);
  });
});
