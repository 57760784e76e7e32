import { z } from 'zod';
import { httpUrl } from './values.ts';

/** What it tells whoever runs it. */
export const signalSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl
    .optional()
    .describe(
      'Where traces are sent (OTLP over HTTP): see [tracing](operations/tracing.md); default: nowhere.',
    ),
  TRACED_SHARE: z
    .string()
    .regex(/^(0(\.\d{1,9})?|1(\.0+)?)$/, 'must be a number from 0 to 1, such as 0.01')
    .transform(Number)
    .default(1)
    .describe('Of all requests, how many are traced: 0.01 is one in a hundred.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
    .default('info')
    .describe('What the server logs.'),
};
