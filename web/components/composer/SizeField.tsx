import { useComposer } from '../../hooks/useDarkroom.ts';
import { sizePresets } from '../../stores/imageOptions.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { problemId } from './Field.tsx';
import { OptionInput } from './OptionInput.tsx';

const shape = (width: number, height: number): { inlineSize: string; blockSize: string } => {
  const longest = Math.max(width, height);
  return { inlineSize: `${(18 * width) / longest}px`, blockSize: `${(18 * height) / longest}px` };
};

/** Sizes to choose from, and any other in pixels. */
export const SizeField = () => {
  const { width, height } = useComposer((state) => state.options);
  const errors = useComposer((state) => state.errors);
  const setOptions = useComposer((state) => state.setOptions);
  return (
    <div className="sizes">
      <div className="presets" role="radiogroup" aria-label="Size of the picture">
        {sizePresets.map((preset) => (
          <label key={preset.name} className="preset" title={`${preset.width} × ${preset.height}`}>
            <input
              type="radio"
              name="size"
              checked={width === String(preset.width) && height === String(preset.height)}
              onChange={() => setOptions({ width: String(preset.width), height: String(preset.height) })}
            />
            <span className="preset-shape">
              <i style={shape(preset.width, preset.height)} data-large={preset.name === 'Large'} />
            </span>
            {preset.name}
          </label>
        ))}
      </div>
      <div className="custom-size">
        <OptionInput name="width" type="number" min={64} max={1536} step={8} aria-label="Width in pixels" />
        <IconButton
          icon="swap"
          label="Swap width and height"
          className="small"
          size={16}
          onClick={() => setOptions({ width: height, height: width })}
        />
        <OptionInput name="height" type="number" min={64} max={1536} step={8} aria-label="Height in pixels" />
      </div>
      {(['width', 'height'] as const).map(
        (name) =>
          errors[name] !== undefined && (
            <p key={name} className="field-problem" id={problemId(name)} role="alert">
              The {name} {errors[name]}
            </p>
          ),
      )}
    </div>
  );
};
