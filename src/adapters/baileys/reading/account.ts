import type { ReachoutTimelockState } from '@whiskeysockets/baileys';
import type { AccountEvent } from '../../../events/accounts.ts';
import { defined, MAX_NAME, seconds, textOf, whole } from './fields.ts';

/** A time as ISO 8601, where it is one. */
const isoOf = (at: Date | undefined): string | undefined =>
  whole(at?.getTime()) === undefined
    ? undefined
    : new Date(seconds(Math.floor(Number(at) / 1_000)) * 1_000).toISOString();

/** What rc14 names where WhatsApp names nothing. */
const NO_REASON = 'DEFAULT';

/** Whether WhatsApp lets the account write to new people. */
export const restrictionEvent = ({
  isActive,
  timeEnforcementEnds,
  enforcementType,
}: ReachoutTimelockState): AccountEvent => {
  if (!isActive) return { type: 'account.send_unrestricted', data: {} };
  const reason = textOf(enforcementType, MAX_NAME);
  const named = reason === NO_REASON ? undefined : reason;
  return {
    type: 'account.send_restricted',
    data: defined({ reason: named, until: isoOf(timeEnforcementEnds) }),
  };
};
