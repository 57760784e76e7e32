import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { inTime } from '../inTime.ts';

/** A gauge with one label. */
export interface GaugeBy<Read, Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly label: Label;
  /** By label value; null where nobody knows it now: then there is no sample, rather than an old one. */
  samples(read: Read): Readonly<Record<string, number | null>>;
}

export interface SingleGauge<Read> {
  readonly name: string;
  readonly help: string;
  sample(read: Read): number | null;
}

/** Gauges that are read together, once a scrape. */
export type Gauges = ReturnType<typeof createGauges>;

/**
 * Values that are read when somebody asks. What can't be read (a store is away) is left out, as NaN
 * where it has no label, and said in the log; the other metrics are told all the same.
 */
export const createGauges =
  (registry: Registry, logger: Logger) =>
  <Read>(read: () => Promise<Read>) => {
    let reading: Promise<Read | null> | null = null;
    /** All gauges of a scrape are collected in one turn, so they share what is read in it. */
    const readOnce = (): Promise<Read | null> => {
      reading ??= inTime(read())
        .catch((cause: unknown) => {
          logger.warn({ err: cause }, 'a part could not be read for the metrics');
          return null;
        })
        .finally(() => {
          reading = null;
        });
      return reading;
    };

    return {
      by<Label extends string>({ name, help, label, samples }: GaugeBy<Read, Label>): void {
        new Gauge({
          ...{ name, help, labelNames: [label], registers: [registry] },
          async collect() {
            const found = await readOnce();
            this.reset();
            for (const [key, value] of Object.entries(found === null ? {} : samples(found)))
              if (value !== null) this.labels(key).set(value);
          },
        });
      },
      one({ name, help, sample }: SingleGauge<Read>): void {
        new Gauge({
          ...{ name, help, registers: [registry] },
          async collect() {
            const found = await readOnce();
            this.set((found === null ? null : sample(found)) ?? Number.NaN);
          },
        });
      },
    };
  };
