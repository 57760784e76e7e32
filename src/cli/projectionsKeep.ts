import { v7 } from 'uuid';
import { handle } from '../commands/handler.ts';
import { projectionDecider } from '../commands/projection.ts';
import { type CommandId, positionOf } from '../events/ids.ts';
import { projectionStream } from '../events/streams.ts';
import { activate } from '../projections/activate.ts';
import { projections } from '../projections/all.ts';
import { readStandings, standingIn } from '../projections/generations.ts';
import { readHolder } from '../projections/leases.ts';
import { readOverview } from '../projections/overview.ts';
import { checkpointName } from '../projections/projection.ts';
import { buildLeaseName, dropGeneration, resume } from '../projections/rebuild.ts';
import { answering, interruption, type Register } from './command.ts';
import { exitCode } from './exitCode.ts';
import { commandLineActor, withStores } from './openStores.ts';
import { createProgress } from './progress.ts';
import { numberFrom, projectionNamed } from './projectionNames.ts';
import { Refused } from './refused.ts';

export const addProjectionsActivate: Register = (parent) => {
  answering<{ readonly generation: string }>(
    parent
      .command('activate')
      .argument('<name>', 'the projection')
      .requiredOption('--generation <number>', 'as "darkroom projections list" shows it')
      .description(
        'Have a generation read that was kept: it is brought up to date, then switched to in one step. So a rebuild is taken back.',
      ),
    ['darkroom projections activate messages --generation 1'],
    ({ words, options, output }) =>
      withStores(async ({ log, bareDocuments }) => {
        const projection = projectionNamed(words[0]);
        const generation = numberFrom(options.generation, '--generation');
        const standing = standingIn(await readStandings(bareDocuments), checkpointName(projection));
        const title = `generation ${generation} of ${projection.name}`;
        if (!standing.kept.includes(generation))
          throw new Refused(`There is no ${title}; there are ${standing.kept.join(', ')}.`);
        if (standing.building === generation)
          throw new Refused(
            `The ${title} is not built yet; go on with it: darkroom projections rebuild ${projection.name}`,
          );
        const signal = interruption();
        const progress = createProgress(projection.name, output, () => performance.now());
        const parts = { log, documents: bareDocuments, signal, onTrouble: () => undefined };
        const building = await resume(
          { ...parts, projections: [projection], onProgress: (at) => progress.tell(at) },
          projection,
          generation,
        );
        try {
          if (standing.live !== generation) await building.buildTo(await log.head());
          progress.end();
          const [track] = building.tracks;
          if (track?.stopped != null)
            throw new Refused(`The ${title} can not go on: ${track.stopped.reason}.`);
          const by = { actor: commandLineActor(), commandId: v7() };
          const outcomes = await activate(parts, building.tracks, by);
          const outcome = outcomes.get(checkpointName(projection)) ?? 'interrupted';
          const isLive = outcome === 'live';
          output.item(
            { kind: outcome, projection: projection.name, generation, previous: standing.live },
            isLive ? `The ${title} is read now.` : `The ${title} is not read yet (${outcome}).`,
          );
          if (isLive) return exitCode.done;
          return outcome === 'interrupted' ? exitCode.interrupted : exitCode.failed;
        } finally {
          await building.close();
        }
      }),
  );
};

interface DropOptions {
  readonly version?: string;
  readonly generation?: string;
}

export const addProjectionsDrop: Register = (parent) => {
  answering<DropOptions>(
    parent
      .command('drop')
      .argument('<name>', 'the projection')
      .option('--version <number>', 'a version that this release does not read')
      .option(
        '--generation <number>',
        'of that version, or of the one that is read; all that are not read, if left out',
      )
      .description('Remove documents that are not read any more. What is removed can only be built anew.'),
    ['darkroom projections drop messages --generation 1', 'darkroom projections drop timeline --version 1'],
    ({ words: [name], options, output }) =>
      withStores(async ({ bareDocuments }) => {
        const version =
          options.version === undefined
            ? projectionNamed(name).version
            : numberFrom(options.version, '--version');
        const wanted =
          options.generation === undefined ? null : numberFrom(options.generation, '--generation');
        const found = (await readOverview(bareDocuments, projections)).filter(
          (each) =>
            each.projection === name &&
            each.version === version &&
            (wanted === null ? each.state !== 'live' : each.generation === wanted),
        );
        if (found.length === 0)
          throw new Refused('There is nothing to drop by that name; see: darkroom projections list');
        for (const { projection, generation, state, writer } of found) {
          const title = `generation ${generation} of ${projection}, version ${version}`;
          if (state === 'live')
            throw new Refused(`The ${title} is what people read; activate another one first.`);
          if (state === 'wanted') throw new Refused(`The ${title} is being switched to.`);
          if (writer !== null)
            throw new Refused(
              `The ${title} is written by process ${writer.pid} on ${writer.host}; end that first.`,
            );
          const versionName = checkpointName({ name: projection, version });
          if ((await readHolder(bareDocuments, buildLeaseName(versionName))) !== null && state === 'building')
            throw new Refused(`The ${title} is being built at this moment.`);
          await dropGeneration(bareDocuments, versionName, generation);
          output.item({ kind: 'dropped', projection, version, generation }, `Dropped: ${title}.`);
        }
        return exitCode.done;
      }),
  );
};

interface SkipOptions {
  readonly position: string;
  readonly reason: string;
}

export const addProjectionsSkip: Register = (parent) => {
  answering<SkipOptions>(
    parent
      .command('skip')
      .argument('<name>', 'the projection')
      .requiredOption('--position <position>', 'of the event that it stopped before, as "status" names it')
      .requiredOption('--reason <text>', 'why it may be left out; it goes into the log, under your name')
      .description(
        'Have a projection leave out an event that it can not digest, now and whenever it is built again. It goes on within a second.',
      ),
    [
      'darkroom projections skip messages --position 00000000000000000042 --reason "written by a broken release"',
    ],
    ({ words, options, output }) =>
      withStores(async ({ log, bareDocuments }) => {
        const { name } = projectionNamed(words[0]);
        if (!/^\d{1,20}$/.test(options.position))
          throw new Refused(`--position takes up to 20 digits, not "${options.position}".`);
        const position = positionOf(BigInt(options.position));
        const stops = (await readOverview(bareDocuments, projections)).flatMap(({ projection, stopped }) =>
          projection === name && stopped !== null ? [stopped.position] : [],
        );
        if (!stops.includes(position))
          throw new Refused(
            `${name} has not stopped before an event at ${position}; what it can digest is not left out. See: darkroom projections status ${name}`,
          );
        const commandId = v7() as CommandId;
        const cause = { actor: commandLineActor(), commandId, correlationId: commandId };
        const command = { type: 'skip' as const, position, reason: options.reason };
        await handle(
          { log, now: () => new Date() },
          projectionDecider,
          projectionStream(name),
          command,
          cause,
        );
        output.item(
          { kind: 'skipped', projection: name, position },
          `${name} leaves out the event at ${position}.`,
        );
        return exitCode.done;
      }),
  );
};
