import type { HistorySize, Phone } from '../server/state.ts';
import { changed, type World } from '../server/world.ts';
import { BARE } from './changes.ts';
import { encodeMessage, newMessageId } from './content.ts';
import { amend, display, findShown } from './display.ts';
import { makePhone } from './people.ts';

const PREFIX = '49170';
/** Milliseconds between two messages of a chat, and between two chats. */
const STEP = 60_000;

const friend = (world: World, index: number): Phone =>
  makePhone(world, {
    number: `${PREFIX}${String(index).padStart(7, '0')}`,
    name: `Friend ${index}`,
  });

/** What two people have written each other in turn, the friend first; the last one at `until`. */
const chatWith = (
  world: World,
  phone: Phone,
  other: Phone,
  { count, until }: { count: number; until: number },
) => {
  for (let at = 0; at < count; at++) {
    const text = `Message ${at + 1} of ${count} with ${other.name}`;
    const from = at % 2 === 0 ? other.number : phone.number;
    const id = newMessageId(world.random);
    display(world, phone, {
      ...BARE,
      kind: 'text',
      text,
      id,
      chat: other.number,
      from,
      at: until - (count - 1 - at) * STEP,
      content: encodeMessage({
        conversation: text,
        messageContextInfo: { messageSecret: world.random(32) },
      }),
    });
    const own = findShown(phone, phone.number, id);
    if (own !== undefined) amend(world, phone, own, { status: 'read' });
  }
};

/**
 * Gives a phone a past: chats with friends (`49170…`, the same ones for every phone), the first the newest, that end
 * a minute ago. Only this phone shows them. What it shows is what companions linked from then on are told.
 */
export const makePast = (world: World, phone: Phone, size: HistorySize): void => {
  phone.history = size;
  const now = world.now();
  for (let index = size.chats; index >= 1; index--) {
    const other = friend(world, index);
    if (other !== phone) chatWith(world, phone, other, { count: size.messages, until: now - index * STEP });
  }
  changed(world);
};
