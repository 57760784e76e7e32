import { useEffect, useState } from 'react';
import type { Gateway } from '../gateway.ts';
import { useToasts } from '../stores/toastStore.ts';
import { SignIn } from './SignIn.tsx';
import { TokenSignIn } from './TokenSignIn.tsx';

/** By a name or by a token, as the server says. */
export const SignInDoor = ({ gateway }: { readonly gateway: Gateway }) => {
  const [mode, setMode] = useState<'local' | 'jwt' | null>(null);
  useEffect(() => {
    gateway.signInMode().then(setMode, (error: unknown) => {
      useToasts.getState().problem(error, 'Darkroom does not say how to sign in');
      setMode('local');
    });
  }, [gateway]);
  if (mode === null) return null;
  return mode === 'jwt' ? <TokenSignIn gateway={gateway} /> : <SignIn gateway={gateway} />;
};
