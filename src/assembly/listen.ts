import type { Server } from 'node:http';
import type { Config } from '../config.ts';
import { StartRefused } from './refused.ts';

/** Takes the port; the answer is where it is reached. @throws StartRefused */
export const listen = (server: Server, { HOST, PORT }: Config): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? `Port ${PORT} on ${HOST} is in use by another program; stop it, or set PORT to another.`
          : `Can not listen on ${HOST}:${PORT} (${cause.code ?? cause.message}); set HOST and PORT to an address of this machine.`;
      reject(new StartRefused(why, { cause }));
    });
    server.listen(PORT, HOST, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : PORT;
      resolve(`http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${port}`);
    });
  });
