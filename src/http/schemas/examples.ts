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
  '/accounts/:accountId/message/send/image': {
    to: TO,
    url: 'https://example.com/shop.jpg',
    caption: 'Our shop',
  },
  '/accounts/:accountId/message/send/video': {
    to: TO,
    url: 'https://example.com/tour.mp4',
    caption: 'A tour',
  },
  '/accounts/:accountId/message/send/audio': { to: TO, url: 'https://example.com/hello.ogg', ptt: true },
  '/accounts/:accountId/message/send/document': {
    to: TO,
    url: 'https://example.com/menu.pdf',
    fileName: 'Menu.pdf',
  },
  '/accounts/:accountId/message/send/sticker': { to: TO, url: 'https://example.com/cat.png' },
  '/accounts/:accountId/message/react': { chatId: TO, messageId: ID, emoji: '👍' },
  '/accounts/:accountId/message/delete': { chatId: TO, messageId: ID },
  '/accounts/:accountId/message/edit': { chatId: TO, messageId: ID, message: 'Yes, until seven' },
  '/accounts/:accountId/message/forward': { to: TO, messageId: ID },
  '/accounts/:accountId/chats/:chatId/settings': { archived: true, mutedUntil: -1 },
  '/accounts/:accountId/chats/:chatId/presence': { state: 'composing' },
  '/webhooks': { url: 'https://example.com/my-webhook' },
  '/webhooks/:webhookId': { events: ['message.*'], format: 'cloudevents' },
  '/webhooks/:webhookId/replay': { from: 1, to: 1000 },
  '/accounts/:accountId/webhooks': { url: 'https://example.com/my-webhook', events: ['message.received'] },
  '/accounts/:accountId/groups': { subject: 'Friends', participants: ['+4915112345678'] },
  '/accounts/:accountId/groups/join': { code: 'CnQ9zmHaPGxKkBkyvKbmqZ' },
  '/accounts/:accountId/groups/:groupId/subject': { subject: 'Best friends' },
  '/accounts/:accountId/groups/:groupId/description': { description: 'Since 2009' },
  '/accounts/:accountId/groups/:groupId/settings': { announce: true, disappearing: 604_800 },
  '/accounts/:accountId/groups/:groupId/picture': { url: 'https://example.com/friends.jpg' },
  '/accounts/:accountId/profile': { name: 'Shop', about: 'Open until six' },
  '/accounts/:accountId/profile/picture': { url: 'https://example.com/shop.jpg' },
  '/accounts/:accountId/pairing-code': { phone: '+4915112345678' },
  '/accounts/:accountId/groups/:groupId/participants': { action: 'add', participants: ['+4915112345678'] },
};
