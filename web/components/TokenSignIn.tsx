import { type FormEvent, useState } from 'react';
import type { Gateway } from '../gateway.ts';
import { useSession } from '../stores/sessionStore.ts';
import { type Explanation, explain } from '../text/problem.ts';
import { DevelopingPrint } from './DevelopingPrint.tsx';
import { Icon } from './ui/Icon.tsx';
import { Mark } from './ui/Mark.tsx';

/** Where an identity provider says who people are: its token, for who wasn't brought here with one. */
export const TokenSignIn = ({ gateway }: { readonly gateway: Gateway }) => {
  const signedIn = useSession((state) => state.signedIn);
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Explanation | null>(null);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      signedIn(await gateway.signInWithToken(token.trim()));
    } catch (error) {
      setProblem(explain(error, 'Signing in did not work'));
      setBusy(false);
    }
  };

  return (
    <main className="sign-in">
      <DevelopingPrint />
      <form className="sign-in-form" onSubmit={submit} noValidate>
        <div className="wordmark">
          <Mark size={30} />
          Darkroom
        </div>
        <h1>Describe a picture. Watch it appear.</h1>
        <p className="lead">Open Darkroom from the application that you sign in with.</p>
        <div className="field">
          <label htmlFor="token">Or paste an access token</label>
          <input
            id="token"
            type="password"
            data-testid="sign-in-token"
            className="input input-large"
            value={token}
            autoComplete="off"
            onChange={(event) => setToken(event.target.value)}
          />
        </div>
        <button
          type="submit"
          className="button button-primary button-large"
          data-testid="sign-in-submit"
          disabled={busy || token.trim() === ''}
        >
          {busy ? 'Signing in…' : 'Come in'}
        </button>
        {problem !== null && (
          <div className="notice notice-problem" role="alert">
            <Icon name="alert" />
            <div>
              <strong>{problem.title}</strong>
              <p>{problem.detail}</p>
            </div>
          </div>
        )}
      </form>
    </main>
  );
};
