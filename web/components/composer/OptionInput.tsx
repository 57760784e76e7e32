import type { ComponentProps } from 'react';
import { useComposer } from '../../hooks/useDarkroom.ts';
import type { FieldName } from '../../stores/imageOptions.ts';
import { problemId } from './Field.tsx';

interface Props extends Omit<ComponentProps<'input'>, 'name' | 'value' | 'onChange'> {
  readonly name: FieldName;
}

/** The input of one picture option, bound to the composer. */
export const OptionInput = ({ name, className = '', ...rest }: Props) => {
  const value = useComposer((state) => state.options[name]);
  const problem = useComposer((state) => state.errors[name]);
  const setOptions = useComposer((state) => state.setOptions);
  return (
    <input
      id={`option-${name}`}
      data-testid={`option-${name}`}
      className={`input ${className}`}
      value={value}
      autoComplete="off"
      aria-invalid={problem !== undefined}
      aria-describedby={problem === undefined ? undefined : problemId(name)}
      onChange={(event) => setOptions({ [name]: event.target.value })}
      {...rest}
    />
  );
};
