import { type Theme, themes, useTheme } from '../../stores/themeStore.ts';
import { Icon, type IconName } from '../ui/Icon.tsx';

const shown: Record<Theme, { readonly icon: IconName; readonly label: string }> = {
  system: { icon: 'screen', label: 'As the system' },
  light: { icon: 'sun', label: 'Light' },
  dark: { icon: 'moon', label: 'Dark' },
};

export const ThemeSwitch = () => {
  const { theme, choose } = useTheme();
  return (
    <fieldset className="segments">
      <legend className="visually-hidden">Appearance</legend>
      {themes.map((option) => (
        <label key={option} className="segment" title={shown[option].label}>
          <input
            type="radio"
            name="theme"
            data-testid={`theme-${option}`}
            checked={theme === option}
            onChange={() => choose(option)}
          />
          <Icon name={shown[option].icon} size={16} />
          <span>{option === 'system' ? 'System' : shown[option].label}</span>
        </label>
      ))}
    </fieldset>
  );
};
