const TO = '4915112345678@s.whatsapp.net';
const ID = '3EB0A1B2C3D4E5F6A7B8C9';

/** A body for every endpoint that takes one, as a client would send it. */
export const EXAMPLES: Readonly<Record<string, object>> = {
  '/accounts': { id: 'shop', name: 'Shop' },
  '/admin/views/:view/rebuild': { eventsPerSecond: 5_000 },
  '/admin/views/:view/verify': {},
  '/accounts/:accountId/message/send': { to: TO, message: 'Your order is ready' },
  '/accounts/:accountId/message/reply': { to: TO, message: 'Yes, until six', quotedMessageId: ID },
  '/accounts/:accountId/message/send/location': {
    to: TO,
    latitude: 52.5163,
    longitude: 13.3777,
    name: 'Brandenburg Gate',
  },
  '/accounts/:accountId/message/send/contact': {
    to: TO,
    contacts: [{ name: 'Ann Smith', phoneNumber: '+4915187654321' }],
  },
  '/accounts/:accountId/message/send/poll': {
    to: TO,
    name: 'When do we meet?',
    options: ['Today', 'Tomorrow'],
    selectableCount: 1,
  },
  '/accounts/:accountId/message/react': { chatId: TO, messageId: ID, emoji: '👍' },
  '/accounts/:accountId/message/delete': { chatId: TO, messageId: ID },
  '/accounts/:accountId/message/edit': { chatId: TO, messageId: ID, message: 'Yes, until seven' },
  '/accounts/:accountId/message/forward': { to: TO, messageId: ID },
  '/accounts/:accountId/chats/:chatId/presence': { state: 'composing' },
  '/accounts/:accountId/groups': { subject: 'Friends', participants: ['+4915112345678'] },
  '/accounts/:accountId/groups/:groupId/participants': { action: 'add', participants: ['+4915112345678'] },
};
