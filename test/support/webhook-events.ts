import type { WildcatEvent } from '../../src/events/codec.ts';
import type { NewEvent } from '../../src/events/event.ts';
import type { Content } from '../../src/events/messages.ts';
import type { Got } from './receiver.ts';

/** Chat number `n`, by its phone number. */
export const chatOf = (n: number) => ({ jid: `49151000000${String(n).padStart(2, '0')}@s.whatsapp.net` });

/** A message that an account got in a chat; `more` is what it says beside its text. */
export const message = (
  waId: string,
  chat: number,
  account = 'shop',
  more: Partial<Content> = {},
): NewEvent<WildcatEvent> => ({
  ...{ account, gen: 1, occurredAt: '2026-01-01T00:00:00.000Z', type: 'message.received' },
  data: {
    ...{ waId, chat: chatOf(chat), from: chatOf(chat), timestamp: 1_767_225_600 },
    content: { type: 'text', text: `text of ${waId}`, ...more },
  },
});

/** The id of the message that a webhook told of, in either format. */
export const waIdOf = ({ body }: Got): string => {
  const json = JSON.parse(body);
  return String(json.messageId ?? json.data.waId);
};
export const waIdsOf = (got: readonly Got[]): string[] => got.map(waIdOf);
