import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The scripted page, for looking at; no part of the product. */
export default defineConfig({
  root: new URL('.', import.meta.url).pathname,
  plugins: [react()],
  server: { port: 5199, strictPort: true, fs: { allow: ['../../..'] } },
  cacheDir: '/tmp/darkroom-demo-cache',
});
