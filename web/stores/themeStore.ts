import { create } from 'zustand';
import { keep, kept } from './storage.ts';

const key = 'darkroom.theme';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const readTheme = (text: string | null): Theme => themes.find((theme) => theme === text) ?? 'system';

/** The style sheet follows `data-theme`; without it the system's own preference. */
export const applyTheme = (theme: Theme): void => {
  const { dataset } = document.documentElement;
  // All colours change at once; those with a transition would lag behind their text and hide it.
  dataset.still = '';
  requestAnimationFrame(() => requestAnimationFrame(() => delete dataset.still));
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
};

interface ThemeState {
  readonly theme: Theme;
  readonly choose: (theme: Theme) => void;
}

export const useTheme = create<ThemeState>()((set) => ({
  theme: typeof localStorage === 'undefined' ? 'system' : readTheme(kept(key)),
  choose: (theme) => {
    keep(key, theme === 'system' ? null : theme);
    applyTheme(theme);
    set({ theme });
  },
}));
