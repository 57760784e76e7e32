import { execFileSync } from 'node:child_process';
import { isQuick } from './deliverySides.ts';
import { benchReplay, benchTraffic } from './deliveryTraffic.ts';
import { benchNodeKilled, benchStalled, benchStorm } from './deliveryTrouble.ts';
import type { BenchTable } from './table.ts';

/*
 * Ours: the real delivery and client library, on the SQLite log (WAL, synchronous FULL) with all projections in
 * the server's process, as `darkroom serve` runs them; what is delivered was appended durably meanwhile. Plain: Socket.IO of
 * the same version, `io.to(room).emit` of the same event, kept nowhere, to its own client. Each server is a process, each
 * side's clients another.
 */
export const benchDelivery = async (): Promise<BenchTable> => {
  // The processes run what is built (built.mjs); so let it be what is here.
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
  const rows = [
    ...(await benchTraffic()),
    await benchReplay(),
    ...(await benchStorm()),
    await benchStalled(),
    await benchNodeKilled(),
  ];
  const missed = rows.filter(({ met }) => met === 'NO').length;
  const verdict = missed === 0 ? 'all targets met' : `${missed} targets missed`;
  return { name: `delivery${isQuick ? ' (quick)' : ''}: ${verdict}`, rows };
};
