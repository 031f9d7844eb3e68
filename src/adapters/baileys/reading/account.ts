import type { BaileysEventMap, ReachoutTimelockState } from '@whiskeysockets/baileys';
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

/** Beyond it a time is in milliseconds: what the server counts in, nobody has said. */
const MAX_SECONDS = 100_000_000_000;

const timeOf = (text: unknown): string | undefined => {
  const time = whole(text) ?? 0;
  return time === 0 ? undefined : isoOf(new Date(time > MAX_SECONDS ? time : time * 1_000));
};

const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
};

/** How many new chats the account may begin. rc14 passes WhatsApp's JSON on as it is. */
export const quotaEvent = ({
  total_quota: total,
  used_quota: used,
  capping_status: status,
  cycle_end_timestamp: end,
}: BaileysEventMap['message-capping.update']): AccountEvent => ({
  type: 'account.quota_changed',
  data: defined({
    total: numberOf(total),
    used: numberOf(used),
    status: textOf(status, MAX_NAME),
    until: timeOf(end),
  }),
});
