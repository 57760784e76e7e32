import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { type OwnDarkroom, openOwnDarkroom } from '../../support/ownDarkroom.ts';
import { type Scrape, scrape } from '../../support/scrape.ts';

const rules = z
  .object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            alert: z.string(),
            expr: z.string(),
            labels: z.object({ severity: z.enum(['critical', 'warning']) }),
            annotations: z.object({ summary: z.string(), runbook_url: z.string() }),
          }),
        ),
      }),
    ),
  })
  .parse(parse(readFileSync('deploy/prometheus/alerts.yml', 'utf8')))
  .groups.flatMap((group) => group.rules);

const dashboard = z
  .object({
    panels: z.array(
      z.object({
        title: z.string(),
        datasource: z.object({ uid: z.string() }),
        targets: z.array(z.object({ expr: z.string() })).min(1),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync('deploy/grafana/dashboard.json', 'utf8')));

const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** What an expression asks for: names, each with the labels that it compares or groups by. */
const metricsIn = (expr: string): string[] => expr.match(/\b(darkroom|nodejs|process)_\w+/g) ?? [];
const ofHistogram = (name: string): string => name.replace(/_(bucket|sum|count)$/, '');

let darkroom: OwnDarkroom;
let told: Scrape;
beforeAll(async () => {
  darkroom = await openOwnDarkroom();
  told = await scrape(darkroom.url);
});
afterAll(() => darkroom.close());

describe('what alerts and the dashboard ask for', () => {
  it('is something each', () => {
    for (const [name, expr] of expressions)
      if (name !== 'ProcessDown') expect(metricsIn(expr).length, name).toBeGreaterThan(0);
  });

  it('is told by the server, by these names', () => {
    const names = new Set(told.names);
    for (const [name, expr] of expressions)
      for (const metric of metricsIn(expr))
        expect(names.has(metric) || names.has(ofHistogram(metric)), `${name}: ${metric}`).toBe(true);
  });

  it('compares labels with values that the server tells before anything has happened', () => {
    const compared = expressions.flatMap(([name, expr]) =>
      [...expr.matchAll(/(darkroom_\w+)\{(\w+)="([^"]+)"/g)].map(
        ([, metric = '', label = '', value = '']) => ({ name, metric, label, value }),
      ),
    );
    expect(compared.length).toBeGreaterThan(5);
    for (const { name, metric, label, value } of compared)
      expect(
        told.text.split('\n').some((line) => line.startsWith(metric) && line.includes(`${label}="${value}"`)),
        `${name}: ${metric}{${label}="${value}"}`,
      ).toBe(true);
  });

  it('is shown by the data source that Grafana is given', () => {
    const { datasources } = z
      .object({ datasources: z.array(z.object({ uid: z.string() })) })
      .parse(parse(readFileSync('deploy/grafana/provisioning/datasources/prometheus.yml', 'utf8')));
    for (const { datasource } of dashboard.panels) expect(datasource.uid).toBe(datasources[0]?.uid);
  });
});

describe('Prometheus', () => {
  it('is given the alerts, and looks at every process of Darkroom in docker-compose.yml', () => {
    const { rule_files, scrape_configs } = z
      .object({
        rule_files: z.array(z.string()),
        scrape_configs: z.array(
          z.object({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) }),
        ),
      })
      .parse(parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8')));
    const { services } = z
      .object({ services: z.record(z.string(), z.object({ image: z.string() })) })
      .parse(parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }));
    const ours = Object.entries(services).flatMap(([name, { image }]) =>
      image.startsWith('darkroom') ? `${name}:3000` : [],
    );
    const targets = scrape_configs.flatMap(({ static_configs }) =>
      static_configs.flatMap((each) => each.targets),
    );
    expect(rule_files).toEqual(['alerts.yml']);
    expect(targets.toSorted()).toEqual(ours.toSorted());
  });
});

describe('docs/operations', () => {
  it('lists every metric with its type, and no other', () => {
    const rows = readFileSync('docs/operations/metrics.md', 'utf8').matchAll(/^\| `(\w+)` \| (\w+) \|/gm);
    const listed = [...rows].map(([, name, type]) => `${name} ${type}`);
    const types = [...told.text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    expect(listed.toSorted()).toEqual(types.toSorted());
  });

  it('has a section in the runbook for each alert, and each alert its link', () => {
    const runbook = readFileSync('docs/operations/runbook.md', 'utf8');
    const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(
      ([, title = '']) => `docs/operations/runbook.md#${title.toLowerCase().replaceAll(' ', '-')}`,
    );
    expect(rules.map(({ annotations }) => annotations.runbook_url).toSorted()).toEqual(sections.toSorted());
  });
});

const hasPromtool = spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status === 0;

describe('promtool (apt-get install prometheus)', () => {
  it.skipIf(!hasPromtool).each([
    ['check', 'config', 'deploy/prometheus/prometheus.yml'],
    ['check', 'rules', 'deploy/prometheus/alerts.yml'],
    ['test', 'rules', 'deploy/prometheus/alerts.test.yml'],
  ])('%ss the %s in %s without a complaint', (verb, what, file) => {
    const { status, stdout, stderr } = spawnSync('promtool', [verb, what, file], { encoding: 'utf8' });
    expect(status, `${stdout}${stderr}`).toBe(0);
  });

  it.skipIf(!hasPromtool)('reads /metrics without a complaint about our names', () => {
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: told.text,
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).not.toMatch(/^darkroom_|error|parsing/m);
  });
});
