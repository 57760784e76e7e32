// Lets a bench run what was built, as it runs in production, for tsx gives every function its name when it is made,
// which costs time and memory: `src/x.ts` is taken from `dist/src/x.js`.
import { register } from 'node:module';

register(
  `data:text/javascript,${encodeURIComponent(`
    export const resolve = async (specifier, context, next) => {
      const found = await next(specifier, context);
      const name = /^(.*)\\/src\\/(.*)\\.ts(\\?.*)?$/.exec(found.url);
      if (name === null || found.url.includes('/node_modules/')) return found;
      return { url: name[1] + '/dist/src/' + name[2] + '.js', format: 'module', shortCircuit: true };
    };
    export const load = async (url, context, next) => {
      if (!url.includes('/dist/src/')) return next(url, context);
      const { readFile } = await import('node:fs/promises');
      return { format: 'module', source: await readFile(new URL(url)), shortCircuit: true };
    };
  `)}`,
);
