import { useComposer } from '../../hooks/useDarkroom.ts';
import { randomSeed } from '../../stores/imageOptions.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { Field } from './Field.tsx';
import { OptionInput } from './OptionInput.tsx';

/** The same seed draws the same picture. Locked it stays for the next one; else it is for one only. */
export const SeedField = () => {
  const { seed, seedLocked } = useComposer((state) => state.options);
  const setOptions = useComposer((state) => state.setOptions);
  return (
    <Field name="seed" label="Seed" hint={seedLocked ? 'kept' : 'for one picture'}>
      <div className="input-with-tools">
        <OptionInput name="seed" inputMode="numeric" placeholder="Random" />
        <IconButton
          icon="dice"
          label="Throw the dice"
          className="small"
          size={17}
          onClick={() => setOptions({ seed: String(randomSeed()) })}
        />
        <IconButton
          icon={seedLocked ? 'lock' : 'unlock'}
          label={seedLocked ? 'Let it go after one picture' : 'Keep it for the next pictures'}
          className={seedLocked ? 'small on' : 'small'}
          size={16}
          aria-pressed={seedLocked}
          onClick={() =>
            setOptions({
              seedLocked: !seedLocked,
              ...(!seedLocked && seed === '' ? { seed: String(randomSeed()) } : {}),
            })
          }
        />
      </div>
    </Field>
  );
};
