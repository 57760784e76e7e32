import { z } from 'zod';
import { create } from 'zustand';
import type { Session } from '../../src/client/client.ts';
import { userId } from '../../src/events/ids.ts';
import { keep, kept } from './storage.ts';

const key = 'darkroom.session';

const sessionSchema = z.object({
  token: z.string().min(1),
  user: z.object({ id: userId, name: z.string(), roles: z.array(z.string()) }),
});

/** What was kept, where it still has the shape of a session; else one signs in anew. */
export const readSession = (text: string | null): Session | null => {
  if (text === null) return null;
  try {
    return sessionSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};

interface SessionState {
  readonly session: Session | null;
  readonly signedIn: (session: Session) => void;
  readonly signOut: () => void;
}

export const useSession = create<SessionState>()((set) => ({
  session: typeof localStorage === 'undefined' ? null : readSession(kept(key)),
  signedIn: (session) => {
    keep(key, JSON.stringify(session));
    set({ session });
  },
  signOut: () => {
    keep(key, null);
    set({ session: null });
  },
}));
