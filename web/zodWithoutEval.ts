import { config } from 'zod';

/**
 * zod would compile its checks with `new Function`. The server's Content-Security-Policy forbids that,
 * and even zod's asking whether it may is reported as a violation. Imported before everything else.
 */
config({ jitless: true });
