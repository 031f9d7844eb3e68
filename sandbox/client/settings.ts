import { type AppStateInput, type SettingsView, settingsView } from '../control/app-state.ts';
import { type Call, waitFor } from './call.ts';

export type { AppStateInput, SettingsView };

/** What a person has set in their app: archived, pinned, muted, starred, contacts, labels and the like. */
export interface SettingsCalls {
  readonly settings: () => Promise<SettingsView>;
  /** Sets something on the phone; its companions follow. */
  readonly change: (change: AppStateInput) => Promise<SettingsView>;
  readonly waitForSettings: (
    test: (settings: SettingsView) => boolean,
    limit?: number,
  ) => Promise<SettingsView>;
}

export const settingsCalls = (call: Call, path: string): SettingsCalls => {
  const read = async (after: number, wait: number) => [
    await call(settingsView, 'GET', `${path}/settings?after=${after}&wait=${wait}`),
  ];
  return {
    settings: () => call(settingsView, 'GET', `${path}/settings`),
    change: (change) => call(settingsView, 'POST', `${path}/settings`, change),
    waitForSettings: (test, limit) => waitFor(read, test, limit),
  };
};
