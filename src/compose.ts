import type { Config } from './config.ts';

export const compose = async (config: Config): Promise<{ url: string; stop: () => Promise<void> }> => {
  throw new Error(`not composed yet: ${config.PORT}`);
};
