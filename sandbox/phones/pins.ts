import { proto } from '@whiskeysockets/baileys';
import { mayPin } from '../server/groups/state.ts';
import { findGroup } from '../server/groups/world.ts';
import type { Phone } from '../server/state.ts';
import type { World } from '../server/world.ts';
import { amend } from './display.ts';
import { findByKey, type Origin } from './keys.ts';

const { Type } = proto.Message.PinInChatMessage;

/** Pins a message for so many seconds, or with 0 takes the pin off. `now`: milliseconds since 1970. */
export const pinMessage = (key: proto.IMessageKey, seconds: number, now: number): proto.IMessage => ({
  pinInChatMessage: {
    key,
    type: seconds > 0 ? Type.PIN_FOR_ALL : Type.UNPIN_FOR_ALL,
    senderTimestampMs: now,
  },
  messageContextInfo: { messageAddOnDurationInSecs: seconds },
});

/** What a pin that came or went does: everybody in a chat may, in a locked group its admins. */
export const applyPin = (
  world: World,
  phone: Phone,
  said: Origin & { readonly at: number; readonly message: proto.IMessage },
  pin: proto.Message.IPinInChatMessage,
): void => {
  const target = findByKey(world, phone, said, pin.key);
  const group = findGroup(world, said.chat);
  if (target === undefined || (group !== undefined && !mayPin(group, said.from))) return;
  const seconds = said.message.messageContextInfo?.messageAddOnDurationInSecs ?? 0;
  const isOn = pin.type === Type.PIN_FOR_ALL;
  amend(world, phone, target, {
    pinned: isOn ? { by: said.from, until: said.at + seconds * 1000 } : undefined,
  });
};
