import { join, resolve, sep } from 'node:path';
import express, { type RequestHandler } from 'express';

/** Vite names what it puts there after a hash of its content. */
const hashed = (folder: string): string => join(resolve(folder), 'assets') + sep;

/** The built page. Its index is asked for anew each time; what carries a hash never changes. */
export const webPage = (folder: string): RequestHandler =>
  express.static(folder, {
    index: 'index.html',
    redirect: false,
    setHeaders: (response, path) => {
      response.setHeader(
        'Cache-Control',
        path.startsWith(hashed(folder)) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
