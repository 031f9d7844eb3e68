import type { Call } from './call.ts';
import { type GroupCalls, groupCalls } from './groups.ts';
import { type OtherCalls, otherCalls } from './others.ts';
import { type PresenceCalls, presenceCalls } from './presence.ts';
import { type SettingsCalls, settingsCalls } from './settings.ts';

/** Everything a phone does besides writing and reading messages. */
export interface SocialCalls extends GroupCalls, PresenceCalls, SettingsCalls, OtherCalls {}

export const socialCalls = (call: Call, path: string): SocialCalls => ({
  ...groupCalls(call, path),
  ...presenceCalls(call, path),
  ...settingsCalls(call, path),
  ...otherCalls(call, path),
});
