// The stand-in as a process of its own, to be killed and started again.
// Usage: node --import tsx standInMain.ts PORT [FILE]
import { startStandIn } from './standIn.ts';

const [port = '0', file] = process.argv.slice(2);
const { url } = await startStandIn({ port: Number(port), file });
process.stdout.write(`${url}\n`);
