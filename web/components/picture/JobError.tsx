import type { ShownError } from '../../../src/projections/model.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Icon } from '../ui/Icon.tsx';

/** What went wrong and what a person can do about it, in the catalogue's words. */
export const JobError = ({ error }: { readonly error: ShownError }) => (
  <div className="job-error" data-testid="job-error" data-code={error.code}>
    <Icon name="alert" size={20} />
    <div>
      <strong>{error.title}</strong>
      <p>{error.whatHappened}</p>
      <p className="job-error-remedy">{error.whatToDo}</p>
      <p className="reference">
        Reference <code>{error.reference}</code>
        <CopyButton text={error.reference} label="Copy the reference" />
      </p>
    </div>
  </div>
);
