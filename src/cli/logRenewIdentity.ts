import { renewIdentity } from '../events/log/renewIdentity.ts';
import { projections } from '../projections/all.ts';
import { isBeating } from '../projections/leases.ts';
import { checkpointName } from '../projections/projection.ts';
import { answering, type Register } from './command.ts';
import { exitCode } from './exitCode.ts';
import { commandLineActor, withStores } from './openStores.ts';
import { Refused } from './refused.ts';

/** What a running process holds, but for one that serves requests alone. */
const leases = [...projections.map(checkpointName), 'queueing', 'sealing'];

export const addLogRenewIdentity: Register = (parent) => {
  answering(
    parent
      .command('renew-identity')
      .description(
        'Give the event log another identity, after it was restored by the tools of its server: so clients begin anew, and documents of what was lost are refused. Stop every process first.',
      ),
    ['darkroom log renew-identity'],
    ({ output }) =>
      withStores(async ({ log, bareDocuments }) => {
        if (await isBeating(bareDocuments, leases))
          throw new Refused('A server is running on these stores; stop every process, then renew.');
        const previous = log.logId;
        const logId = await renewIdentity(log, commandLineActor());
        output.result({ previous, logId });
        output.line(`The log is ${logId} now; it was ${previous}.`);
        output.line(
          'Its documents are refused from now on. Take an empty document store, or start the server and build them anew: darkroom projections rebuild --all',
        );
        return exitCode.done;
      }),
  );
};
