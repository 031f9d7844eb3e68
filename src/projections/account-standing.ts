import type { AccountEvent } from '../events/accounts.ts';
import type { Recorded } from '../events/event.ts';

/** What WhatsApp has last said of an account itself. Times in ISO 8601. */
export type Standing = Readonly<{
  /** It may write to nobody new; without `until` there is no end known. */
  restriction?: Readonly<{ since: string; until?: string | undefined; reason?: string | undefined }>;
  quota?: Extract<AccountEvent, { type: 'account.quota_changed' }>['data'];
  /** How it calls itself towards others. */
  name?: string;
}>;

/** Since when it is restricted that is told so at `at` (ISO): what WhatsApp has named an end for is over by itself. */
const restrictedSince = ({ restriction }: Standing, at: string): string => {
  if (restriction === undefined) return at;
  const { since, until } = restriction;
  return until !== undefined && Date.parse(until) <= Date.parse(at) ? at : since;
};

/** The same after an event; a device that is linked anew may be another account. */
export const standingAfter = (
  before: Standing,
  { type, data, occurredAt }: Recorded<AccountEvent>,
): Standing => {
  switch (type) {
    case 'account.send_restricted':
      return { ...before, restriction: { since: restrictedSince(before, occurredAt), ...data } };
    case 'account.send_unrestricted': {
      const { restriction: _, ...rest } = before;
      return rest;
    }
    case 'account.quota_changed':
      return { ...before, quota: data };
    case 'account.connected':
    case 'account.profile_changed':
      return data.name === undefined ? before : { ...before, name: data.name };
    case 'account.created':
    case 'account.paired':
      return {};
    default:
      return before;
  }
};
