import { type FormEvent, useRef, useState } from 'react';
import type { Gateway } from '../gateway.ts';
import { useSession } from '../stores/sessionStore.ts';
import { type Explanation, explain, fieldProblems } from '../text/problem.ts';
import { DevelopingPrint } from './DevelopingPrint.tsx';
import { Icon } from './ui/Icon.tsx';
import { Mark } from './ui/Mark.tsx';

const roles = [
  { name: 'operator', explained: 'may pause the queue and set priorities' },
  { name: 'auditor', explained: 'may read who did what' },
] as const;

export const SignIn = ({ gateway }: { readonly gateway: Gateway }) => {
  const signedIn = useSession((state) => state.signedIn);
  const field = useRef<HTMLInputElement>(null);
  const [name, setName] = useState('');
  const [extra, setExtra] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState<string | null>(null);
  const [problem, setProblem] = useState<Explanation | null>(null);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (name.trim() === '') {
      field.current?.focus();
      return setMissing('Tell us what to call you.');
    }
    setBusy(true);
    setProblem(null);
    try {
      signedIn(await gateway.signIn(name.trim(), extra.length > 0 ? ['user', ...extra] : undefined));
    } catch (error) {
      setMissing(fieldProblems(error).get('name') ?? null);
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
        <p className="lead">Conversations in which words become pictures, together with others and live.</p>
        <div className="field">
          <label htmlFor="name">Your name</label>
          <input
            ref={field}
            id="name"
            data-testid="sign-in-name"
            className="input input-large"
            value={name}
            maxLength={100}
            autoComplete="nickname"
            // biome-ignore lint/a11y/noAutofocus: the only thing to do on this page
            autoFocus
            placeholder="Ada Lovelace"
            aria-invalid={missing !== null}
            aria-describedby={missing === null ? undefined : 'name-problem'}
            onChange={(event) => {
              setName(event.target.value);
              setMissing(null);
            }}
          />
          {missing !== null && (
            <p className="field-problem" id="name-problem" role="alert">
              {missing}
            </p>
          )}
        </div>
        <button
          type="submit"
          className="button button-primary button-large"
          data-testid="sign-in-submit"
          disabled={busy}
        >
          {busy ? 'Signing in…' : 'Come in'}
        </button>
        {problem !== null && missing === null && (
          <div className="notice notice-problem" role="alert">
            <Icon name="alert" />
            <div>
              <strong>{problem.title}</strong>
              <p>{problem.detail}</p>
              {problem.reference && (
                <p className="reference">
                  Reference <code>{problem.reference}</code>
                </p>
              )}
            </div>
          </div>
        )}
        <details className="disclosure">
          <summary>Sign in with more rights</summary>
          <div className="checks">
            {roles.map((role) => (
              <label key={role.name} className="check">
                <input
                  type="checkbox"
                  data-testid={`sign-in-role-${role.name}`}
                  checked={extra.includes(role.name)}
                  onChange={(event) =>
                    setExtra(
                      event.target.checked
                        ? [...extra, role.name]
                        : extra.filter((other) => other !== role.name),
                    )
                  }
                />
                <span>
                  <b>{role.name}</b> {role.explained}
                </span>
              </label>
            ))}
          </div>
        </details>
        <p className="fine">
          No password here: this Darkroom runs on your own machine. The same name is the same you.
        </p>
      </form>
    </main>
  );
};
