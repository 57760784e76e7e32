import { useComposer, useIsOperator } from '../../hooks/useDarkroom.ts';
import { Field } from './Field.tsx';
import { OptionInput } from './OptionInput.tsx';
import { SeedField } from './SeedField.tsx';
import { SizeField } from './SizeField.tsx';

/** How the picture shall be drawn. */
export const ImageOptions = ({ id }: { readonly id: string }) => {
  const operator = useIsOperator();
  const steps = useComposer((state) => state.options.steps);
  const setOptions = useComposer((state) => state.setOptions);
  return (
    <fieldset className="options" id={id}>
      <legend className="visually-hidden">Picture options</legend>
      <SizeField />
      <div className="options-grid">
        <Field name="steps" label="Steps" hint="more is finer">
          <div className="range-row">
            <input
              type="range"
              aria-label="Steps"
              min={1}
              max={150}
              value={Number(steps) || 1}
              onChange={(event) => setOptions({ steps: event.target.value })}
            />
            <OptionInput name="steps" type="number" min={1} max={150} className="input-short" />
          </div>
        </Field>
        <Field name="count" label="Pictures" hint="1 to 8">
          <OptionInput name="count" type="number" min={1} max={8} />
        </Field>
        <SeedField />
        <Field name="priority" label="Priority" hint={operator ? '−10 to 10' : '−10 to 0'}>
          <OptionInput name="priority" type="number" min={-10} max={operator ? 10 : 0} />
        </Field>
      </div>
      <Field name="negativePrompt" label="Leave out">
        <OptionInput
          name="negativePrompt"
          placeholder="What must not be in the picture: text, people, blur…"
        />
      </Field>
    </fieldset>
  );
};
