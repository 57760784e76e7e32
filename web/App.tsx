import { useEffect, useState } from 'react';
import { SignInDoor } from './components/SignInDoor.tsx';
import { Toasts } from './components/ui/Toasts.tsx';
import { Workspace } from './components/Workspace.tsx';
import type { Gateway } from './gateway.ts';
import { type Darkroom, DarkroomProvider, openDarkroom } from './hooks/useDarkroom.ts';
import { useHandedToken } from './hooks/useHandedToken.ts';
import { useSession } from './stores/sessionStore.ts';
import { applyTheme, useTheme } from './stores/themeStore.ts';

export const App = ({ gateway }: { readonly gateway: Gateway }) => {
  const session = useSession((state) => state.session);
  const [darkroom, setDarkroom] = useState<Darkroom | null>(null);

  useHandedToken(gateway);
  useEffect(() => applyTheme(useTheme.getState().theme), []);

  useEffect(() => {
    if (session === null) return;
    const opened = openDarkroom(gateway.connect(session));
    setDarkroom(opened);
    return () => {
      setDarkroom(null);
      opened.close();
    };
  }, [gateway, session]);

  return (
    <>
      {session === null && <SignInDoor gateway={gateway} />}
      {darkroom !== null && (
        <DarkroomProvider value={darkroom}>
          <Workspace />
        </DarkroomProvider>
      )}
      <Toasts />
    </>
  );
};
