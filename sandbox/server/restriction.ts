import { SERVER } from '../protocol/jid.ts';
import { node } from '../protocol/node.ts';
import { deliver } from './delivery.ts';
import { notification } from './notification.ts';
import type { Phone } from './state.ts';
import type { World } from './world.ts';

/** Whether an account may write to new people, as its devices are told (messages-recv.js, socket.js). */
export const describeRestriction = ({ trouble: { restricted } }: Phone) =>
  restricted === undefined
    ? { is_active: false }
    : {
        is_active: true,
        time_enforcement_ends: String(restricted.until),
        enforcement_type: restricted.reason,
      };

/** Notices in JSON, as the server sends them to all companions of an account. */
const tellCompanions = (world: World, phone: Phone, operation: string, data: object): void => {
  for (const device of phone.companions.keys()) {
    const update = node('update', { op_name: operation }, Buffer.from(JSON.stringify({ data })));
    deliver(world, { phone, device }, notification(world, { from: SERVER, type: 'mex' }, update));
  }
};

/** Tells the companions of an account whether it may write to new people. */
export const tellRestriction = (world: World, phone: Phone): void =>
  tellCompanions(world, phone, 'NotificationUserReachoutTimelockUpdate', {
    xwa2_notify_account_reachout_timelock: describeRestriction(phone),
  });

/** How many new chats an account may begin until then (seconds since 1970). */
export interface Quota {
  readonly total: number;
  readonly used: number;
  readonly status: string;
  readonly until: number;
}

/** Tells the companions of an account how many new chats it may begin. */
export const tellQuota = (world: World, phone: Phone, { total, used, status, until }: Quota): void =>
  tellCompanions(world, phone, 'MessageCappingInfoNotification', {
    xwa2_notify_new_chat_messages_capping_info_update: {
      total_quota: total,
      used_quota: used,
      capping_status: status,
      cycle_end_timestamp: String(until),
    },
  });
