import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What a schema takes, in short: marks such as `personal` change no data, and don't count. */
export const schemaFingerprint = (schema: z.ZodType): string => {
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const text = JSON.stringify(described, (key, value: unknown) => (key === 'personal' ? undefined : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
};
