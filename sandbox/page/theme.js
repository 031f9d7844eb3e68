import { keep, recall } from './store.js';

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' };
const dark = matchMedia('(prefers-color-scheme: dark)');

/** As the system has it, light, or dark. */
export const applyTheme = () => {
  const theme = recall('theme', 'auto');
  document.documentElement.dataset.theme = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
};
dark.addEventListener('change', applyTheme);

/** Goes on to the next one, and gives its name. */
export const nextTheme = () => {
  const theme = NEXT[recall('theme', 'auto')] ?? 'auto';
  keep('theme', theme);
  applyTheme();
  return theme;
};
