import { hash } from 'node:crypto';
import { type Position, startOfLog } from '../../ids.ts';
import type { RecordedEvent } from '../eventLog.ts';
import { canonicalJson } from './canonicalJson.ts';

/*
 * Every event of the log is a link: its hash is that of the hash before it and of what the event says.
 *
 *   h(0) = 64 zeros        h(n) = SHA-256( h(n-1) as hexadecimal, then the event as canonical JSON )
 *
 * So one hash vouches for all events up to it and for their order, and whoever changes, removes, inserts
 * or swaps one changes every hash after it. What is hashed is what the log holds: where personal fields
 * are encrypted, the ciphertext; so the chain outlives the keys. Positions are not hashed, for a log that
 * was restored elsewhere may number its events anew; a seal names the one that it reaches to.
 */

/** How far the chain is known. */
export interface ChainEnd {
  /** Events from the log's begin on. */
  readonly count: number;
  /** Position of the last of them. */
  readonly through: Position;
  readonly hash: string;
}

export const beginOfChain: ChainEnd = { count: 0, through: startOfLog, hash: '0'.repeat(64) };

/** The chain with one more event of the log. */
export const chainOn = ({ count, hash: before }: ChainEnd, event: RecordedEvent): ChainEnd => {
  const { id, stream, revision, type, data, metadata } = event;
  const link = canonicalJson({ id, stream, revision, type, data, metadata: { ...metadata } });
  return { count: count + 1, through: event.position, hash: hash('sha256', before + link) };
};
