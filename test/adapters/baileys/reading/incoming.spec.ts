import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proto, type WAMessage, WAMessageStubType } from '@whiskeysockets/baileys';
import type { Directory } from '../../../../src/adapters/baileys/reading/addresses.ts';
import { eventOf, type Hints } from '../../../../src/adapters/baileys/reading/incoming.ts';
import { catalogue, type WildcatEvent } from '../../../../src/events/codec.ts';

const ME_PN = '491500@s.whatsapp.net';
const ME_LID = '900@lid';
const ANN_PN = '4915111111@s.whatsapp.net';
const ANN_LID = '111@lid';
const BOB_LID = '222@lid';
const STRANGER_PN = '4915133333@s.whatsapp.net';
const GROUP = '123-456@g.us';
const ME = { jid: ME_LID, alt: ME_PN };
const ANN = { jid: ANN_LID, alt: ANN_PN };
const BOB = { jid: BOB_LID };

/** Knows Ann by both names, Bob by his LID only. */
const directory: Directory = {
  me: () => ({ pn: '491500:7@s.whatsapp.net', lid: '900:7@lid' }),
  lidOf: (user) => (user === '4915111111' ? '111' : undefined),
  pnOf: (user) => (user === '111' ? '4915111111' : undefined),
};

const { Type } = proto.Message.ProtocolMessage;

/** As it comes out of a decryption: through the wire format. */
const wire = (message: proto.IMessage): proto.Message =>
  proto.Message.decode(proto.Message.encode(proto.Message.fromObject(message)).finish());

const fromAnn = { remoteJid: ANN_LID, fromMe: false, id: 'A1', participant: '' };
const inGroup = { remoteJid: GROUP, fromMe: false, id: 'G1', participant: ANN_LID };
const fromPhone = { remoteJid: ANN_LID, fromMe: true, id: 'M1', participant: '' };

const read = (
  message: proto.IMessage | undefined,
  more: Partial<WAMessage> = {},
  hints: Hints = {},
): WildcatEvent | null => {
  const content = message === undefined ? {} : { message: wire(message) };
  const event = eventOf(
    { key: fromAnn, messageTimestamp: 1_700_000_000, ...content, ...more },
    hints,
    directory,
  );
  // whatever a stranger sends has to pass the schema, or it would stop every reader of the log
  if (event !== null) catalogue[event.type].parse(event.data);
  return event;
};

const contentOf = (message: proto.IMessage): unknown => {
  const event = read(message);
  assert.equal(event?.type, 'message.received');
  return 'content' in event.data ? event.data.content : null;
};

it('reads a text', () => {
  assert.deepEqual(read({ conversation: 'hi' }, { pushName: 'Ann' }), {
    type: 'message.received',
    data: {
      waId: 'A1',
      chat: ANN,
      from: ANN,
      pushName: 'Ann',
      timestamp: 1_700_000_000,
      content: { type: 'text', text: 'hi' },
    },
  });
});

it('reads mentions, a quote, forwarding and disappearing', () => {
  const contextInfo = {
    mentionedJid: [BOB_LID],
    stanzaId: 'Q1',
    participant: BOB_LID,
    quotedMessage: { imageMessage: { caption: 'look' } },
    isForwarded: true,
    expiration: 86_400,
  };
  assert.deepEqual(contentOf({ extendedTextMessage: { text: '@bob yes', contextInfo } }), {
    type: 'text',
    text: '@bob yes',
    mentions: [BOB_LID],
    quoted: { messageId: 'Q1', participant: BOB_LID, text: 'look', hasMedia: true },
    isForwarded: true,
    expiresIn: 86_400,
  });
});

const sha = Buffer.alloc(32, 1);
for (const [type, message, expected] of [
  [
    'image',
    {
      imageMessage: {
        mimetype: 'image/png',
        fileLength: 12,
        fileSha256: sha,
        width: 3,
        height: 4,
        caption: 'c',
      },
    },
    {
      caption: 'c',
      media: { mimetype: 'image/png', size: 12, width: 3, height: 4, sha256: sha.toString('hex') },
    },
  ],
  [
    'video',
    { videoMessage: { mimetype: 'video/mp4', seconds: 9 } },
    { media: { mimetype: 'video/mp4', seconds: 9 } },
  ],
  ['video', { ptvMessage: { seconds: 2 } }, { media: { seconds: 2 } }],
  ['audio', { audioMessage: { seconds: 5, ptt: true } }, { media: { seconds: 5 } }],
  ['document', { documentMessage: { fileName: 'a.pdf' } }, { media: { fileName: 'a.pdf' } }],
  ['sticker', { stickerMessage: { mimetype: 'image/webp' } }, { media: { mimetype: 'image/webp' } }],
  ['location', { locationMessage: { name: 'Here', degreesLatitude: 1 } }, { text: 'Here' }],
  ['location', { liveLocationMessage: { degreesLatitude: 1 } }, {}],
  [
    'location',
    { locationMessage: { degreesLatitude: 1.5, degreesLongitude: -2, address: 'There' } },
    { text: 'There', location: { latitude: 1.5, longitude: -2, address: 'There' } },
  ],
  [
    'contact',
    { contactMessage: { displayName: 'Bob', vcard: 'x' } },
    { text: 'Bob', contacts: [{ name: 'Bob', vcard: 'x' }] },
  ],
  [
    'contact',
    { contactsArrayMessage: { displayName: 'two', contacts: [{ displayName: 'A', vcard: 'a' }, {}] } },
    {
      text: 'two',
      contacts: [
        { name: 'A', vcard: 'a' },
        { name: '', vcard: '' },
      ],
    },
  ],
  [
    'poll',
    {
      pollCreationMessageV3: {
        name: 'Which?',
        options: [{ optionName: 'a' }, { optionName: 'b' }],
        selectableOptionsCount: 1,
      },
    },
    { text: 'Which?', poll: { options: ['a', 'b'], selectable: 1 } },
  ],
  [
    'poll',
    { pollCreationMessage: { name: 'None?' } },
    { text: 'None?', poll: { options: [], selectable: 0 } },
  ],
  ['poll_vote', { pollUpdateMessage: { pollCreationMessageKey: fromAnn } }, {}],
  ['event', { eventMessage: { name: 'Party' } }, { text: 'Party' }],
  ['call', { call: { callKey: sha } }, {}],
  ['system', { pinInChatMessage: { key: fromAnn } }, {}],
  ['unknown', { placeholderMessage: { type: 0 } }, {}],
  ['unknown', {}, {}],
] as const satisfies readonly (readonly [string, proto.IMessage, object])[])
  it(`reads ${Object.keys(message)[0] ?? 'an empty message'} as ${type}`, () => {
    assert.deepEqual(contentOf(message), { type, text: null, ...expected });
  });

it('opens envelopes', () => {
  assert.deepEqual(
    contentOf({ ephemeralMessage: { message: { viewOnceMessageV2: { message: { imageMessage: {} } } } } }),
    { type: 'image', text: null, media: {}, viewOnce: true },
  );
  const captioned = { documentWithCaptionMessage: { message: { documentMessage: { caption: 'c' } } } };
  assert.deepEqual(contentOf(captioned), { type: 'document', text: null, caption: 'c', media: {} });
});

it('does not follow envelopes for ever', () => {
  let message: proto.IMessage = { conversation: 'deep' };
  for (let depth = 0; depth < 50; depth++) message = { ephemeralMessage: { message } };
  assert.deepEqual(contentOf(message), { type: 'unknown', text: null });
});

it('knows a view-once message whose content only the phone gets', () => {
  const event = read(undefined, { key: { ...fromAnn, isViewOnce: true } });
  assert.deepEqual(event?.type === 'message.received' && event.data.content, {
    type: 'unknown',
    text: null,
    viewOnce: true,
  });
});

it('takes the LID for the address wherever it is known', () => {
  const chat = (key: WAMessage['key']) => {
    const event = read({ conversation: 'x' }, { key });
    return event !== null && 'chat' in event.data && event.data.chat;
  };
  assert.deepEqual(chat({ ...fromAnn, remoteJid: ANN_PN }), ANN);
  assert.deepEqual(chat({ ...fromAnn, remoteJid: '4915111111:3@s.whatsapp.net' }), ANN);
  const stranger = '4915133333@s.whatsapp.net';
  assert.deepEqual(chat({ ...fromAnn, remoteJid: stranger }), { jid: stranger });
  assert.deepEqual(chat({ ...fromAnn, remoteJid: stranger, remoteJidAlt: '333@lid' }), {
    jid: '333@lid',
    alt: stranger,
  });
  assert.deepEqual(chat({ ...fromAnn, remoteJid: '333@lid', remoteJidAlt: stranger }), {
    jid: '333@lid',
    alt: stranger,
  });
});

it('names the participant of a group as author, and the channel of a channel', () => {
  const event = read({ conversation: 'x' }, { key: inGroup });
  assert.deepEqual(event !== null && 'from' in event.data && [event.data.chat, event.data.from], [
    { jid: GROUP },
    ANN,
  ]);
  const channel = { remoteJid: '777@newsletter', fromMe: false, id: 'N1' };
  const post = read({ conversation: 'x' }, { key: channel });
  assert.deepEqual(post !== null && 'from' in post.data && post.data.from, { jid: '777@newsletter' });
});

it('knows what the phone sent, and never takes my own other name for the chat', () => {
  const key = { ...fromPhone, remoteJid: BOB_LID, remoteJidAlt: ME_PN };
  const event = eventOf(
    { key, messageTimestamp: 1, message: wire({ deviceSentMessage: { message: { conversation: 'x' } } }) },
    { chatAlt: '4915122222@s.whatsapp.net' },
    directory,
  );
  assert.deepEqual(event, {
    type: 'message.sent_elsewhere',
    data: {
      waId: 'M1',
      chat: { jid: BOB_LID, alt: '4915122222@s.whatsapp.net' },
      from: ME,
      timestamp: 1,
      content: { type: 'text', text: 'x' },
    },
  });
});

const contentTypeOf = (event: WildcatEvent | null) =>
  event?.type === 'message.received' ? event.data.content.type : event;

const targetOf = (event: WildcatEvent | null) =>
  event !== null && 'target' in event.data ? event.data.target : event;

it('knows whose message is revoked', () => {
  const revoke = (key: proto.IMessageKey, of: WAMessage['key']) =>
    read({ protocolMessage: { type: Type.REVOKE, key } }, { key: of });
  const own = revoke({ id: 'T', fromMe: true, remoteJid: ME_LID }, fromAnn);
  assert.equal(own?.type, 'message.revoked');
  assert.deepEqual(targetOf(own), { waId: 'T', fromMe: false, author: ANN });
  const byAdmin = revoke({ id: 'T', fromMe: false, participant: BOB_LID }, inGroup);
  assert.deepEqual(targetOf(byAdmin), { waId: 'T', fromMe: false, author: BOB });
  const mineByAdmin = revoke({ id: 'T', fromMe: false, participant: ME_PN }, inGroup);
  assert.deepEqual(targetOf(mineByAdmin), { waId: 'T', fromMe: true, author: ME });
  assert.deepEqual(targetOf(revoke({ id: 'T', fromMe: true }, fromPhone)), {
    waId: 'T',
    fromMe: true,
    author: ME,
  });
  assert.deepEqual(targetOf(revoke({ id: 'T', fromMe: false }, fromPhone)), {
    waId: 'T',
    fromMe: false,
    author: ANN,
  });
});

it('reads an edit, bare or in its envelope', () => {
  const edit = {
    protocolMessage: {
      type: Type.MESSAGE_EDIT,
      key: { id: 'T', fromMe: true },
      editedMessage: { conversation: 'better' },
    },
  };
  for (const message of [edit, { editedMessage: { message: edit } }]) {
    const event = read(message);
    assert.equal(event?.type, 'message.edited');
    assert.deepEqual(event.data.content, { type: 'text', text: 'better' });
    assert.deepEqual(event.data.target, { waId: 'T', fromMe: false, author: ANN });
  }
});

it('reads a reaction and its end', () => {
  const react = (text: string, fromMe: boolean) =>
    read({ reactionMessage: { key: { id: 'T', fromMe }, text } });
  const event = react('👍', true);
  assert.equal(event?.type, 'message.reacted');
  assert.equal(event.data.emoji, '👍');
  assert.deepEqual(event.data.target, { waId: 'T', fromMe: true, author: ME });
  assert.deepEqual(targetOf(react('', false)), { waId: 'T', fromMe: false, author: ANN });
});

for (const [what, message] of [
  [
    'sender keys',
    { senderKeyDistributionMessage: { groupId: GROUP, axolotlSenderKeyDistributionMessage: sha } },
  ],
  ['app state keys', { protocolMessage: { type: Type.APP_STATE_SYNC_KEY_SHARE, appStateSyncKeyShare: {} } }],
  ['history', { protocolMessage: { type: Type.HISTORY_SYNC_NOTIFICATION, historySyncNotification: {} } }],
] as const)
  it(`makes no event of ${what}`, () => assert.equal(read(message), null));

for (const type of [
  Type.APP_STATE_SYNC_KEY_REQUEST,
  Type.APP_STATE_FATAL_EXCEPTION_NOTIFICATION,
  Type.INITIAL_SECURITY_NOTIFICATION_SETTING_SYNC,
  Type.LID_MIGRATION_MAPPING_SYNC,
  Type.PEER_DATA_OPERATION_REQUEST_MESSAGE,
  Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
])
  it(`makes no event of what devices tell one another (${Type[type]})`, () =>
    assert.equal(read({ protocolMessage: { type } }), null));

it('makes an event of a text that brings sender keys along', () => {
  const message = { conversation: 'x', senderKeyDistributionMessage: { groupId: GROUP } };
  assert.deepEqual(contentOf(message), { type: 'text', text: 'x' });
});

it('reports what can not be decrypted', () => {
  const stub = { messageStubType: WAMessageStubType.CIPHERTEXT, messageStubParameters: ['Bad MAC'] };
  assert.deepEqual(read(undefined, { ...stub, retryCount: 2 } as Partial<WAMessage>), {
    type: 'message.undecryptable',
    data: { waId: 'A1', chat: ANN, from: ANN, timestamp: 1_700_000_000, reason: 'Bad MAC', retry: 2 },
  });
});

it('reports what can not be decrypted of an own device as ours, and not what those tell each other', () => {
  const stub = { messageStubType: WAMessageStubType.CIPHERTEXT, key: fromPhone };
  const event = read(undefined, stub);
  assert.equal(event?.type, 'message.undecryptable');
  assert.deepEqual([event.data.fromMe, event.data.from], [true, ME]);
  assert.equal(read(undefined, { ...stub, category: 'peer' }), null);
});

it("reports what can not be decrypted where the sender's key that came with it could be", () => {
  const keys = { senderKeyDistributionMessage: { groupId: GROUP } };
  const stub = { messageStubType: WAMessageStubType.CIPHERTEXT, key: inGroup };
  assert.equal(read(keys, stub)?.type, 'message.undecryptable');
  assert.equal(read({ conversation: 'x', ...keys }, stub)?.type, 'message.received');
});

it("tells of a deletion in a group whether the server took it for an admin's", () => {
  const key = { id: 'T', fromMe: false, participant: BOB_LID };
  const right = (of: WAMessage['key'], hints?: Hints) => {
    const event = read({ protocolMessage: { type: Type.REVOKE, key } }, { key: of }, hints);
    return event?.type === 'message.revoked' && event.data.byAdmin;
  };
  assert.equal(right(inGroup, { isWritten: true, edit: '8' }), true);
  for (const edit of ['7', undefined]) assert.equal(right(inGroup, { isWritten: true, edit }), false);
  assert.equal(right(inGroup), undefined);
  assert.equal(right(fromAnn, { isWritten: true, edit: '8' }), undefined);
});

const { Type: Pin } = proto.Message.PinInChatMessage;
const pinOf = (type: proto.Message.PinInChatMessage.Type, more: proto.IMessage = {}): proto.IMessage => ({
  pinInChatMessage: { key: { id: 'T', fromMe: true }, type },
  ...more,
});

it('reads a pin and its end, and for how long', () => {
  const week = { messageContextInfo: { messageAddOnDurationInSecs: 604_800 } };
  for (const [message, seconds] of [
    [pinOf(Pin.PIN_FOR_ALL, week), { seconds: 604_800 }],
    [{ ephemeralMessage: { message: pinOf(Pin.PIN_FOR_ALL) }, ...week }, { seconds: 604_800 }],
    [pinOf(Pin.PIN_FOR_ALL), {}],
  ] as const)
    assert.deepEqual(read(message), {
      type: 'message.pinned',
      data: {
        ...{ waId: 'A1', fromMe: false, chat: ANN, from: ANN, timestamp: 1_700_000_000 },
        target: { waId: 'T', fromMe: false, author: ANN },
        ...seconds,
      },
    });
  const end = read(pinOf(Pin.UNPIN_FOR_ALL, week), { key: fromPhone });
  assert.equal(end?.type, 'message.unpinned');
  assert.deepEqual([end.data.fromMe, end.data.target], [true, { waId: 'T', fromMe: true, author: ME }]);
});

it('knows whose message is pinned, as seen from here', () => {
  const pinned = (key: proto.IMessageKey, of: WAMessage['key']) =>
    targetOf(read({ pinInChatMessage: { key, type: Pin.PIN_FOR_ALL } }, { key: of }));
  assert.deepEqual(pinned({ id: 'T', fromMe: false }, fromAnn), { waId: 'T', fromMe: true, author: ME });
  assert.deepEqual(pinned({ id: 'T', fromMe: false }, fromPhone), { waId: 'T', fromMe: false, author: ANN });
  const key = { id: 'T', fromMe: false, participant: BOB_LID };
  assert.deepEqual(pinned(key, inGroup), { waId: 'T', fromMe: false, author: BOB });
  const mine = { ...key, participant: ME_PN };
  assert.deepEqual(pinned(mine, inGroup), { waId: 'T', fromMe: true, author: ME });
});

it('tells of a pin in a group whether the server knew it for one', () => {
  const told = (of: WAMessage['key'], hints?: Hints) => {
    const event = read(pinOf(Pin.PIN_FOR_ALL), { key: of }, hints);
    return event?.type === 'message.pinned' && event.data.declared;
  };
  assert.equal(told(inGroup, { isWritten: true, edit: '2' }), true);
  for (const edit of ['8', undefined]) assert.equal(told(inGroup, { isWritten: true, edit }), false);
  assert.equal(told(inGroup), undefined);
  assert.equal(told(fromAnn, { isWritten: true }), undefined);
});

it('takes a missed call for a message', () => {
  const { CALL_MISSED_VOICE, CALL_MISSED_VIDEO, CALL_MISSED_GROUP_VOICE, CALL_MISSED_GROUP_VIDEO } =
    WAMessageStubType;
  for (const messageStubType of [
    CALL_MISSED_VOICE,
    CALL_MISSED_VIDEO,
    CALL_MISSED_GROUP_VOICE,
    CALL_MISSED_GROUP_VIDEO,
  ])
    assert.equal(contentTypeOf(read(undefined, { messageStubType })), 'call');
});

it('makes valid events of absurd numbers', () => {
  const absurd = { imageMessage: { fileLength: -1, seconds: 4_294_967_295, width: 4_294_967_295 } };
  assert.ok(read(absurd as proto.IMessage, { messageTimestamp: 1e300 }));
  assert.ok(read({ conversation: 'x' }, { messageTimestamp: Number.NaN }));
});

it('shortens between characters, so that every reader of JSON takes what is left', () => {
  const long = (max: number): string => `${'x'.repeat(max - 1)}😀`;
  const { data } = read({ conversation: long(65_536) }, { pushName: long(1_024) }) ?? assert.fail();
  assert.ok(!JSON.stringify(data).includes('\\ud83d'));
  assert.equal('pushName' in data && data.pushName, 'x'.repeat(1_023));
});

it('shortens what would not fit the log, and keeps the message', () => {
  const text = 'x'.repeat(70_000);
  const mentionedJid = Array.from({ length: 2_000 }, (_, n) => `${100_000 + n}@s.whatsapp.net`);
  const content = contentOf({ extendedTextMessage: { text, contextInfo: { mentionedJid } } });
  assert.deepEqual(content, {
    type: 'text',
    text: text.slice(0, 65_536),
    mentions: mentionedJid.slice(0, 1_024),
  });
});

const absurd = { id: 'x'.repeat(90_000), remoteJid: ANN_LID };
for (const [what, message] of Object.entries<proto.IMessage>({
  'a reaction': { reactionMessage: { key: absurd, text: '!' } },
  "a reaction to a stranger's message": {
    reactionMessage: { key: { id: 'A', remoteJid: GROUP, participant: absurd.id }, text: '!' },
  },
  'a deletion': { protocolMessage: { type: Type.REVOKE, key: absurd } },
  'an edit': {
    protocolMessage: { type: Type.MESSAGE_EDIT, key: absurd, editedMessage: { conversation: 'x' } },
  },
  'a vote': { pollUpdateMessage: { pollCreationMessageKey: absurd, vote: {} } },
}))
  it(`takes ${what} for a message where its key is longer than an event may be`, () =>
    assert.deepEqual(contentOf(message), { type: 'unknown', text: null }));

it('makes no event of what names no message, or no chat, or says nothing', () => {
  const said = { conversation: 'x' };
  assert.equal(read(said, { key: { ...fromAnn, id: '' } }), null);
  assert.equal(read(said, { key: { ...fromAnn, remoteJid: '' } }), null);
  assert.equal(read(undefined), null);
});

it('takes an edit without its words, or a protocol message without a key, for a message', () => {
  const bare = { type: Type.MESSAGE_EDIT, key: { id: 'T' } };
  for (const protocolMessage of [bare, { type: Type.REVOKE }])
    assert.equal(contentTypeOf(read({ protocolMessage })), 'unknown');
});

it('says that something was not decrypted where nobody says why', () => {
  const event = read(undefined, { messageStubType: WAMessageStubType.CIPHERTEXT });
  assert.equal(event?.type, 'message.undecryptable');
  assert.deepEqual([event.data.reason, event.data.retry], ['unknown', 0]);
});

it('reads a new setting of disappearing messages', () => {
  const event = read({ protocolMessage: { type: Type.EPHEMERAL_SETTING, ephemeralExpiration: 60 } });
  assert.equal(event?.type, 'chat.disappearing_changed');
  assert.deepEqual([event.data.seconds, event.data.chat], [60, ANN]);
});

it("takes a group's timer from the server's notice only, not from what a member wrote", () => {
  const set = { protocolMessage: { type: Type.EPHEMERAL_SETTING, ephemeralExpiration: 60 } };
  const isWritten = true;
  assert.equal(read(set, { key: inGroup })?.type, 'chat.disappearing_changed');
  assert.equal(read(set, {}, { isWritten })?.type, 'chat.disappearing_changed', 'of two people each may');
  const said = read(set, { key: inGroup }, { isWritten });
  assert.deepEqual(said?.type === 'message.received' && said.data.content, { type: 'system', text: null });
});

for (const [said, tag] of [
  [{ label: 'Treasurer' }, 'Treasurer'],
  [{ label: '' }, null],
  [null, null],
] as const)
  it(`reads that a member calls himself ${tag} in a group, of which only he may tell`, () => {
    const protocolMessage = { type: Type.GROUP_MEMBER_LABEL_CHANGE, memberLabel: said };
    const event = read({ protocolMessage }, { key: inGroup }, { isWritten: true });
    assert.ok(event?.type === 'group.member_tagged', event?.type);
    const { from, fromMe } = event.data;
    assert.deepEqual([event.data.tag, event.data.chat.jid, from, fromMe], [tag, GROUP, ANN, false]);
    assert.equal(read({ protocolMessage })?.type, 'message.received', 'and nowhere else');
  });

const Stub = WAMessageStubType;
for (const [type, stub, parameters, expected] of [
  ['group.created', Stub.GROUP_CREATE, ['Friends'], { subject: 'Friends' }],
  [
    'group.participants_added',
    Stub.GROUP_PARTICIPANT_ADD,
    [JSON.stringify({ id: ANN_LID, phoneNumber: ANN_PN }), JSON.stringify({ id: BOB_LID })],
    { people: [ANN, BOB] },
  ],
  ['group.participants_removed', Stub.GROUP_PARTICIPANT_REMOVE, [BOB_LID], { people: [BOB] }],
  ['group.participants_left', Stub.GROUP_PARTICIPANT_LEAVE, [BOB_LID], { people: [BOB] }],
  ['group.participants_promoted', Stub.GROUP_PARTICIPANT_PROMOTE, [BOB_LID], { people: [BOB] }],
  [
    'group.participants_demoted',
    Stub.GROUP_PARTICIPANT_DEMOTE,
    [JSON.stringify({ id: STRANGER_PN, lid: '333@lid' })],
    { people: [{ jid: '333@lid', alt: STRANGER_PN }] },
  ],
  [
    'group.number_changed',
    Stub.GROUP_PARTICIPANT_CHANGE_NUMBER,
    ['nonsense'],
    { people: [{ jid: 'nonsense' }] },
  ],
  ['group.subject_changed', Stub.GROUP_CHANGE_SUBJECT, ['New'], { subject: 'New' }],
  ['group.description_changed', Stub.GROUP_CHANGE_DESCRIPTION, undefined, { description: null }],
  ['group.description_changed', Stub.GROUP_CHANGE_DESCRIPTION, ['Rules'], { description: 'Rules' }],
  ['group.settings_changed', Stub.GROUP_CHANGE_ANNOUNCE, ['on'], { setting: 'announce', value: 'on' }],
  ['group.settings_changed', Stub.GROUP_CHANGE_RESTRICT, ['off'], { setting: 'locked', value: 'off' }],
  [
    'group.settings_changed',
    Stub.GROUP_MEMBER_ADD_MODE,
    ['all_member_add'],
    { setting: 'member_add_mode', value: 'all_member_add' },
  ],
  [
    'group.settings_changed',
    Stub.GROUP_MEMBERSHIP_JOIN_APPROVAL_MODE,
    ['on'],
    { setting: 'join_approval', value: 'on' },
  ],
  ['group.invite_changed', Stub.GROUP_CHANGE_INVITE_LINK, ['SECRET'], {}],
  ['group.picture_changed', Stub.GROUP_CHANGE_ICON, ['7'], {}],
  [
    'group.join_requested',
    Stub.GROUP_MEMBERSHIP_JOIN_APPROVAL_REQUEST_NON_ADMIN_ADD,
    [JSON.stringify({ lid: ANN_LID, pn: ANN_PN }), 'revoked'],
    { people: [ANN], state: 'revoked' },
  ],
  [
    'group.join_requested',
    Stub.GROUP_MEMBERSHIP_JOIN_APPROVAL_REQUEST_NON_ADMIN_ADD,
    [STRANGER_PN],
    { people: [{ jid: STRANGER_PN }], state: 'created' },
  ],
  ['message.system', Stub.E2E_ENCRYPTED, [], { notice: 'E2E_ENCRYPTED', parameters: [] }],
] as const)
  it(`reads the notice ${Stub[stub]} as ${type}`, () => {
    const event = read(undefined, {
      key: inGroup,
      messageStubType: stub,
      ...(parameters === undefined ? {} : { messageStubParameters: [...parameters] }),
    });
    const base = { waId: 'G1', chat: { jid: GROUP }, from: ANN, timestamp: 1_700_000_000 };
    assert.deepEqual(event, { type, data: { ...base, ...expected } });
  });
