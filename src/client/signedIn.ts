import type { ConnectOptions, Session } from './client.ts';
import { createRenewal } from './renewal.ts';

/** The sign-in that a client goes by, which may be renewed and may be over. */
export interface SignedIn {
  readonly session: () => Session;
  renew(session: Session): void;
  /** This token isn't believed any more. */
  refused(token: string | null): void;
  serverTimeIs(time: number): void;
  stop(): void;
}

/** `goOn` is called when there is a token that was not tried yet. */
export const createSignedIn = (options: ConnectOptions, retryMs: number, goOn: () => void): SignedIn => {
  const { renewSession, onSessionExpired } = options;
  let { session } = options;
  let isOver = false;
  const over = () => {
    if (isOver) return;
    isOver = true;
    onSessionExpired?.();
  };
  const renew = (renewed: Session) => {
    session = renewed;
    isOver = false;
    renewal?.follow(session);
    goOn();
  };
  const renewal =
    renewSession === undefined ? null : createRenewal({ renewSession, renewed: renew, over, retryMs });
  renewal?.follow(session);
  return {
    session: () => session,
    renew,
    refused: (token) => {
      if (token !== session.token) goOn();
      else if (renewal === null) over();
      else renewal.refused();
    },
    serverTimeIs: (time) => renewal?.serverTimeIs(time),
    stop: () => renewal?.stop(),
  };
};
