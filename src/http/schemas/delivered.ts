import { z } from 'zod';
import { storedMessage } from './stored-message.ts';

/** What a webhook of format `wildcat` is sent: of each field what a read gives. */
export const deliveredMessage = storedMessage
  .pick({
    accountId: true,
    messageId: true,
    chatId: true,
    from: true,
    fromMe: true,
    timestamp: true,
    type: true,
    text: true,
    hasMedia: true,
    mediaUrl: true,
    mediaType: true,
    quotedMessage: true,
    createdAt: true,
  })
  // readonly, as reads have it, would mean here that it must not be sent
  .extend({ mentions: z.array(z.string()) });

/** One of them. */
export const DELIVERED: z.input<typeof deliveredMessage> = {
  accountId: 'shop',
  messageId: '3EB0A1B2C3D4E5F6A7B8C9',
  chatId: '4915112345678@s.whatsapp.net',
  from: '4915112345678@s.whatsapp.net',
  fromMe: false,
  timestamp: 1772366400,
  type: 'text',
  text: 'Do you have umbrellas?',
  hasMedia: false,
  mediaUrl: null,
  mediaType: null,
  quotedMessage: null,
  mentions: [],
  createdAt: '2026-03-01T12:00:00.000Z',
};
