import { describe, expect, it } from 'vitest';
import type { Decider } from '../../../src/commands/decider.ts';
import { type EngineCommand, engineDecider } from '../../../src/commands/engine.ts';
import { handle } from '../../../src/commands/handler.ts';
import { queueDecider } from '../../../src/commands/queue.ts';
import { readCircuit } from '../../../src/commands/readCircuit.ts';
import { readPause } from '../../../src/commands/readPause.ts';
import type { DomainFact } from '../../../src/events/catalogue.ts';
import { engineStream, queueStream, type StreamName } from '../../../src/events/streams.ts';
import { openMemoryLog } from '../../support/deliveryLog.ts';
import { ada, commandNumber, jobNumber, timeAt } from '../../support/happened.ts';
import { newEvent } from '../../support/newEvent.ts';

const openLog = () => {
  const log = openMemoryLog();
  let commands = 0;
  const handling = { log, now: () => new Date(timeAt(commands)) };
  const doing =
    <State, Command, Fact extends DomainFact>(decider: Decider<State, Command, Fact>, stream: StreamName) =>
    (command: Command) => {
      commands += 1;
      const cause = { actor: ada, commandId: commandNumber(commands), correlationId: 'request' };
      return handle(handling, decider, stream, command, cause);
    };
  return {
    log,
    engine: doing(engineDecider, engineStream('sketch')),
    queue: doing(queueDecider, queueStream),
  };
};

const refused: EngineCommand = {
  ...{ type: 'fail', engine: 'sketch', jobId: jobNumber(1), reference: 'r', atOnce: true },
  ...{ code: 'engine_unavailable', rule: { failures: 5, resetMs: 60_000 }, now: new Date(timeAt(0)) },
};

describe('the circuit before an engine', () => {
  it('is closed before an engine that nothing was asked of yet', async () => {
    expect(await readCircuit(openLog().log, 'sketch')).toEqual(engineDecider.initial);
  });

  it('is as the last that happened to this engine left it, whatever happened to others', async () => {
    const { log, engine } = openLog();
    await engine(refused);
    expect(await readCircuit(log, 'sketch')).toMatchObject({ status: 'open', retryAt: timeAt(60) });
    expect(await readCircuit(log, 'comfyui')).toEqual(engineDecider.initial);
    await engine({ type: 'recover', engine: 'sketch', now: new Date(timeAt(61)) });
    expect(await readCircuit(log, 'sketch')).toMatchObject({ status: 'closed' });
  });

  it('is taken for closed where the last is of a kind that only a later release knows: its engine is tried', async () => {
    const { log, engine } = openLog();
    await engine(refused);
    await log.append(engineStream('sketch'), 'any', [newEvent()]);
    expect(await readCircuit(log, 'sketch')).toEqual(engineDecider.initial);
  });
});

describe('the pause of the queue', () => {
  it('is none before anybody paused it, and none after it was resumed', async () => {
    const { log, queue } = openLog();
    expect(await readPause(log)).toBeNull();
    await queue({ type: 'pause' });
    await queue({ type: 'resume' });
    expect(await readPause(log)).toBeNull();
  });

  it('tells who paused it, and when', async () => {
    const { log, queue } = openLog();
    await queue({ type: 'pause' });
    expect(await readPause(log)).toEqual({ by: ada, at: timeAt(1) });
  });
});
