import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { duties } from '../../../src/assembly/duties.ts';
import { readConfig, settings } from '../../../src/config.ts';

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const container = z.object({
  image: z.string(),
  args: z.tuple([z.literal('serve'), z.literal('--only'), z.string()]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })),
  livenessProbe: probe,
  readinessProbe: probe,
  securityContext: z.object({ readOnlyRootFilesystem: z.literal(true) }),
  volumeMounts: z.array(z.object({ mountPath: z.string() })),
});
const deployment = z.object({
  kind: z.literal('Deployment'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.int().min(2),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        terminationGracePeriodSeconds: z.int(),
        containers: z.tuple([container]),
      }),
    }),
  }),
});
const configMap = z.object({ kind: z.literal('ConfigMap'), data: z.record(z.string(), z.string()) });
const service = z.object({
  kind: z.literal('Service'),
  spec: z.object({
    selector: z.record(z.string(), z.string()),
    ports: z.array(z.object({ targetPort: z.string() })),
  }),
});

const documents = parseAllDocuments(readFileSync('deploy/kubernetes/darkroom.yaml', 'utf8')).map((each) =>
  each.toJS(),
);
const all = <Shape extends z.ZodType>(kind: string, shape: Shape): z.output<Shape>[] =>
  documents.filter((each) => each.kind === kind).map((each) => shape.parse(each));

const deployments = all('Deployment', deployment);
const [config] = all('ConfigMap', configMap);

/** What the secret that whoever runs it makes holds: docs/operations/deploy.md. */
const secret = {
  EVENT_LOG_URL: 'esdb://kurrentdb:2113?tls=false',
  DOCUMENTS_URL: 'mongodb://mongodb:27017/darkroom?replicaSet=darkroom',
};

describe('the manifests for Kubernetes', () => {
  it('set settings that there are, to values that the server takes', () => {
    const data = config?.data ?? {};
    for (const name of Object.keys({ ...data, ...secret })) expect(settings.shape).toHaveProperty(name);
    const read = readConfig({ ...data, ...secret });
    expect(read).toMatchObject({ PORT: 3000, AUTH_MODE: 'jwt' });
    // Behind an ingress, or all people would share the limits of its address.
    expect(read.TRUSTED_PROXIES).not.toEqual([]);
  });

  it('run every duty, and no other', () => {
    const run = deployments.flatMap(({ spec }) => spec.template.spec.containers[0].args[2].split(','));
    expect(run.toSorted()).toEqual([...duties].toSorted());
  });

  it.each(deployments.map((each) => [each.metadata.name, each] as const))(
    '%s is asked how it is where the server answers, and writes where it may',
    (_, { spec }) => {
      const [{ ports, livenessProbe, readinessProbe, volumeMounts }] = spec.template.spec.containers;
      expect(ports).toEqual([{ name: 'http', containerPort: Number(config?.data.PORT) }]);
      expect([livenessProbe.httpGet, readinessProbe.httpGet]).toEqual([
        { path: '/healthz', port: 'http' },
        { path: '/readyz', port: 'http' },
      ]);
      expect(volumeMounts.map(({ mountPath }) => mountPath)).toContain(config?.data.DATA_DIR);
      expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
      const drainMs = readConfig({}).DRAIN_MS;
      expect(spec.template.spec.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(2 * drainMs);
    },
  );

  it('lead people to the processes that have the API', () => {
    for (const { spec } of all('Service', service)) {
      const found = deployments.filter(({ spec: { template } }) =>
        Object.entries(spec.selector).every(([label, value]) => template.metadata.labels[label] === value),
      );
      expect(found.map(({ metadata }) => metadata.name)).toEqual(['darkroom-api']);
      expect(spec.ports.map(({ targetPort }) => targetPort)).toEqual(['http']);
    }
  });
});

describe('the unit for systemd', () => {
  const unit = readFileSync('deploy/systemd/darkroom.service', 'utf8');
  const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

  it('starts the program as the package does, and lets it finish', () => {
    const { scripts } = parse(readFileSync('package.json', 'utf8'));
    expect(value('ExecStart')).toBe(`/usr/bin/${scripts.start}`);
    expect(Number(value('TimeoutStopSec')) * 1_000).toBeGreaterThan(2 * readConfig({}).DRAIN_MS);
  });

  it('sets settings that there are, and lets it write into their folder alone', () => {
    const set = Object.fromEntries(
      value('Environment')
        .split(' ')
        .map((each) => each.split('=')),
    );
    const { NODE_ENV, ...ours } = set;
    expect(NODE_ENV).toBe('production');
    for (const name of Object.keys(ours)) expect(settings.shape).toHaveProperty(name);
    expect(ours.DATA_DIR).toBe(`/var/lib/${value('StateDirectory')}`);
    // The proxy runs on the same machine.
    expect(readConfig(ours).TRUSTED_PROXIES).toEqual([readConfig(ours).HOST]);
    expect(value('ProtectSystem')).toBe('strict');
    expect(existsSync(value('Documentation').replace('file:/opt/darkroom/', ''))).toBe(true);
  });
});
