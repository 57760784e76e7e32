import { createAlarm } from './alarm.ts';
import { backoff } from './backoff.ts';
import type { Session } from './client.ts';
import { parsed } from './parsed.ts';

const longestPause = 10_000;
/** A timer can't be set further; it rings early then, and is set again. */
const longestTimer = 2 ** 31 - 1;
/** A token that is refused so soon after it was got won't be believed later either. */
const proofTime = 10_000;
/** So long before a token ends it is renewed, or a fifth of its time before where that is less. */
const ahead = 60_000;

/** When a token ends, in milliseconds, by its own claim; null where it says nothing that can be read here. */
export const endOf = (token: string): number | null => {
  const [, payload = ''] = token.split('.');
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (char) =>
      char.charCodeAt(0),
    );
    const claims = parsed(new TextDecoder().decode(bytes));
    const isSaid = typeof claims === 'object' && claims !== null && 'exp' in claims;
    return isSaid && typeof claims.exp === 'number' ? claims.exp * 1000 : null;
  } catch (error) {
    // Not base64: a token of some other kind, whose end is seen when it comes.
    if (error instanceof DOMException) return null;
    throw error;
  }
};

export interface Renewal {
  /** This is the session now: its end is watched. */
  follow(session: Session): void;
  /** The server has said what time it is there. */
  serverTimeIs(time: number): void;
  /** The session isn't believed any more. */
  refused(): void;
  stop(): void;
}

export interface RenewalParts {
  /** A new session of the same person; null: they must sign in themselves. A rejection: not now. */
  readonly renewSession: () => Promise<Session | null>;
  readonly renewed: (session: Session) => void;
  readonly over: () => void;
  readonly retryMs: number;
}

/** Gets a new token before the old one ends, by the server's clock, or as soon as it is refused. */
export const createRenewal = ({ renewSession, renewed, over, retryMs }: RenewalParts): Renewal => {
  let end: number | null = null;
  let clockOffset = 0;
  let isAsking = false;
  let isStopped = false;
  let failures = 0;
  let renewedAt: number | null = null;

  const left = (): number => (end === null ? Number.POSITIVE_INFINITY : end - (Date.now() + clockOffset));
  const schedule = () => {
    if (isStopped || end === null) return;
    const time = left();
    alarm.set(Math.min(longestTimer, Math.max(retryMs, time - Math.min(ahead, time / 5))));
  };
  const alarm = createAlarm(() => {
    if (failures === 0 && left() > 2 * ahead) schedule();
    else void renew();
  });

  const renew = async (): Promise<void> => {
    if (isAsking || isStopped) return;
    isAsking = true;
    alarm.clear();
    const answer = await renewSession().then(
      (session) => ({ session }),
      () => 'not now' as const,
    );
    isAsking = false;
    if (isStopped) return;
    if (answer === 'not now') {
      alarm.set(backoff(failures, retryMs, longestPause));
      failures += 1;
    } else if (answer.session === null) over();
    else {
      failures = 0;
      renewedAt = performance.now();
      renewed(answer.session);
    }
  };

  return {
    follow: ({ token }) => {
      end = endOf(token);
      schedule();
    },
    serverTimeIs: (time) => {
      if (!Number.isFinite(time)) return;
      clockOffset = time - Date.now();
      if (!isAsking) schedule();
    },
    refused: () => {
      if (renewedAt !== null && performance.now() - renewedAt < proofTime) over();
      else void renew();
    },
    stop: () => {
      isStopped = true;
      alarm.clear();
    },
  };
};
