import type { ReactNode } from 'react';
import { useComposer } from '../../hooks/useDarkroom.ts';
import type { FieldName } from '../../stores/imageOptions.ts';

export const problemId = (name: FieldName): string => `option-${name}-problem`;

/** A field of the picture options with its label, and what is wrong with it below. */
export const Field = ({
  name,
  label,
  hint,
  children,
}: {
  readonly name: FieldName;
  readonly label: string;
  readonly hint?: string;
  readonly children: ReactNode;
}) => {
  const problem = useComposer((state) => state.errors[name]);
  return (
    <div className={`field field-${name}`}>
      <label htmlFor={`option-${name}`}>
        {label}
        {hint && <small>{hint}</small>}
      </label>
      {children}
      {problem !== undefined && (
        <p className="field-problem" id={problemId(name)} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
};
