import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import { assertMediaContent, proto, type WAMessage } from '@whiskeysockets/baileys';
import { mediaPartOf } from '../../../../src/adapters/baileys/files/media-part.ts';
import { createReupload } from '../../../../src/adapters/baileys/files/reupload.ts';
import { eventOf } from '../../../../src/adapters/baileys/reading/incoming.ts';
import { secretIn } from '../../../../src/adapters/baileys/reading/polls.ts';
import { rawOf } from '../../../../src/adapters/baileys/reading/raw.ts';
import { nodesOf } from '../../../../src/adapters/baileys/sending/outgoing.ts';
import { catalogue } from '../../../../src/events/codec.ts';
import type { Content } from '../../../../src/events/messages.ts';

const key = { remoteJid: '111@lid', fromMe: false, id: 'A1' };
const nobody = { me: () => ({ pn: null, lid: null }), lidOf: () => undefined, pnOf: () => undefined };

/** As it comes out of a decryption: through the wire format. */
const wire = (message: proto.IMessage): proto.Message =>
  proto.Message.decode(proto.Message.encode(proto.Message.fromObject(message)).finish());

const contentOf = (message: proto.IMessage): Content => {
  const event = eventOf({ key, messageTimestamp: 1, message: wire(message) }, {}, nobody);
  assert.equal(event?.type, 'message.received');
  return catalogue['message.received'].parse(event.data).content;
};

const picture = { mimetype: 'image/jpeg', mediaKey: Buffer.alloc(32, 1), directPath: '/a' };
const json = JSON.stringify;

const template = {
  hydratedTitleText: 'Order 7',
  hydratedContentText: 'Your parcel is on its way.',
  hydratedFooterText: 'The Shop',
  hydratedButtons: [
    { index: 0, quickReplyButton: { displayText: 'Thanks', id: 'thx' } },
    { index: 1, urlButton: { displayText: 'Track it', url: 'https://shop.example/7' } },
    { index: 2, callButton: { displayText: 'Call us', phoneNumber: '+4930123' } },
  ],
};
const templated = {
  type: 'text',
  text: 'Order 7\nYour parcel is on its way.\nThe Shop',
  choices: [
    { text: 'Thanks', id: 'thx' },
    { text: 'Track it', url: 'https://shop.example/7' },
    { text: 'Call us', url: 'tel:+4930123' },
  ],
};

for (const [what, message, expected] of [
  ['a template', { templateMessage: { hydratedTemplate: template } }, templated],
  ['a template of its older form', { templateMessage: { hydratedFourRowTemplate: template } }, templated],
  [
    'a template in a template',
    { highlyStructuredMessage: { hydratedHsm: { hydratedTemplate: template } } },
    templated,
  ],
  [
    'a template with a picture',
    {
      templateMessage: {
        hydratedTemplate: { imageMessage: picture, hydratedContentText: 'New', hydratedFooterText: 'Shop' },
      },
    },
    { type: 'image', text: null, caption: 'New\nShop', media: { mimetype: 'image/jpeg' } },
  ],
  [
    'a template with a place',
    {
      templateMessage: {
        hydratedTemplate: {
          locationMessage: { degreesLatitude: 1, degreesLongitude: 2 },
          hydratedContentText: 'Come',
        },
      },
    },
    { type: 'location', text: 'Come', location: { latitude: 1, longitude: 2 } },
  ],
  [
    'a template that is interactive',
    { templateMessage: { interactiveMessageTemplate: { body: { text: 'Hello' } } } },
    { type: 'text', text: 'Hello' },
  ],
  [
    'a template without its words',
    { templateMessage: { fourRowTemplate: { content: { namespace: 'n', elementName: 'e' } } } },
    { type: 'unknown', text: null },
  ],
  [
    'buttons',
    {
      buttonsMessage: {
        text: 'Title',
        contentText: 'Yes or no?',
        buttons: [
          { buttonId: 'y', buttonText: { displayText: 'Yes' } },
          { buttonId: 'n', buttonText: { displayText: 'No' } },
        ],
      },
    },
    {
      type: 'text',
      text: 'Title\nYes or no?',
      choices: [
        { text: 'Yes', id: 'y' },
        { text: 'No', id: 'n' },
      ],
    },
  ],
  [
    'buttons under a file',
    {
      buttonsMessage: {
        documentMessage: { ...picture, mimetype: 'application/pdf', fileName: 'a.pdf' },
        contentText: 'The bill',
      },
    },
    {
      type: 'document',
      text: null,
      caption: 'The bill',
      media: { mimetype: 'application/pdf', fileName: 'a.pdf' },
    },
  ],
  [
    'a list',
    {
      listMessage: {
        title: 'Menu',
        description: 'What would you like?',
        buttonText: 'Open',
        sections: [
          { title: 'Food', rows: [{ title: 'Soup', rowId: 's' }] },
          { title: 'Drinks', rows: [{ title: 'Tea', rowId: 't', description: 'hot' }] },
        ],
      },
    },
    {
      type: 'text',
      text: 'Menu\nWhat would you like?',
      choices: [
        { text: 'Soup', id: 's' },
        { text: 'Tea', id: 't' },
      ],
    },
  ],
  [
    'an interactive message, in the envelope that bots put it into',
    {
      viewOnceMessage: {
        message: {
          interactiveMessage: {
            header: { title: 'Hi' },
            body: { text: 'Pick' },
            footer: { text: 'f' },
            nativeFlowMessage: {
              buttons: [
                { name: 'quick_reply', buttonParamsJson: json({ display_text: 'One', id: '1' }) },
                {
                  name: 'cta_url',
                  buttonParamsJson: json({ display_text: 'Two', url: 'https://x.example' }),
                },
                {
                  name: 'single_select',
                  buttonParamsJson: json({ title: 'M', sections: [{ rows: [{ title: 'Three', id: '3' }] }] }),
                },
                { name: 'broken', buttonParamsJson: '{"display_text":' },
                { name: 'absurd', buttonParamsJson: json({ display_text: 7, sections: 'x' }) },
              ],
            },
          },
        },
      },
    },
    {
      type: 'text',
      text: 'Hi\nPick\nf',
      choices: [
        { text: 'One', id: '1' },
        { text: 'Two', url: 'https://x.example' },
        { text: 'Three', id: '3' },
      ],
    },
  ],
  [
    'cards to swipe through',
    {
      interactiveMessage: {
        body: { text: 'Look' },
        carouselMessage: {
          cards: [
            {
              body: { text: 'first' },
              nativeFlowMessage: {
                buttons: [{ name: 'quick_reply', buttonParamsJson: json({ display_text: 'A', id: 'a' }) }],
              },
            },
            { body: { text: 'second' }, carouselMessage: { cards: [{ body: { text: 'nested' } }] } },
          ],
        },
      },
    },
    { type: 'text', text: 'Look\nfirst\nsecond', choices: [{ text: 'A', id: 'a' }] },
  ],
  [
    'a product',
    {
      productMessage: { product: { title: 'Mug', description: 'blue', productImage: picture }, body: 'buy' },
    },
    { type: 'image', text: null, caption: 'Mug\nblue\nbuy', media: { mimetype: 'image/jpeg' } },
  ],
  [
    'a cart',
    { orderMessage: { orderTitle: 'My cart', message: 'by Friday please', itemCount: 2 } },
    { type: 'text', text: 'My cart\nby Friday please' },
  ],
  ['a cart without a word', { orderMessage: { itemCount: 2 } }, { type: 'unknown', text: null }],
  [
    'the note of a payment',
    { sendPaymentMessage: { noteMessage: { extendedTextMessage: { text: 'rent' } } } },
    { type: 'text', text: 'rent' },
  ],
  [
    'the note of a request for one',
    { requestPaymentMessage: { noteMessage: { conversation: 'pizza' }, amount1000: 5_000 } },
    { type: 'text', text: 'pizza' },
  ],
  ['a refused payment', { declinePaymentRequestMessage: { key } }, { type: 'unknown', text: null }],
  [
    'an invite without a caption',
    { groupInviteMessage: { groupName: 'Friends', caption: '' } },
    { type: 'text', text: 'Friends' },
  ],
  [
    "a channel's invite",
    { newsletterAdminInviteMessage: { newsletterName: 'News' } },
    { type: 'text', text: 'News' },
  ],
  ['a planned call', { scheduledCallCreationMessage: { title: 'Weekly' } }, { type: 'call', text: 'Weekly' }],
  [
    "a bot's answer",
    { richResponseMessage: { submessages: [{ messageText: 'It is' }, {}, { messageText: '42.' }] } },
    { type: 'text', text: 'It is\n42.' },
  ],
  [
    "a poll's outcome",
    {
      pollResultSnapshotMessage: {
        name: 'When?',
        pollVotes: [{ optionName: 'now', optionVoteCount: 3 }, { optionName: 'later' }],
      },
    },
    { type: 'text', text: 'When?\nnow: 3\nlater: 0' },
  ],
  [
    'a comment',
    { commentMessage: { message: { conversation: 'nice' }, targetMessageKey: key } },
    { type: 'text', text: 'nice' },
  ],
  // answers
  [
    'a tapped button',
    { buttonsResponseMessage: { selectedDisplayText: 'Yes', selectedButtonId: 'y' } },
    { type: 'text', text: 'Yes', selected: { id: 'y' } },
  ],
  [
    "a template's tapped button",
    { templateButtonReplyMessage: { selectedDisplayText: 'Thanks', selectedId: 'thx', selectedIndex: 0 } },
    { type: 'text', text: 'Thanks', selected: { id: 'thx' } },
  ],
  [
    'a picked row',
    { listResponseMessage: { title: 'Soup', singleSelectReply: { selectedRowId: 's' } } },
    { type: 'text', text: 'Soup', selected: { id: 's' } },
  ],
  [
    'a tapped button of an interactive message',
    {
      interactiveResponseMessage: {
        body: { text: 'One' },
        nativeFlowResponseMessage: { name: 'quick_reply', paramsJson: json({ id: '1' }) },
      },
    },
    { type: 'text', text: 'One', selected: { id: '1', params: '{"id":"1"}' } },
  ],
  [
    'a form that was filled in',
    {
      interactiveResponseMessage: {
        body: { text: 'Sent' },
        nativeFlowResponseMessage: { name: 'flow', paramsJson: json({ name: 'Ann' }) },
      },
    },
    { type: 'text', text: 'Sent', selected: { id: null, params: '{"name":"Ann"}' } },
  ],
] as const satisfies readonly (readonly [string, proto.IMessage, object])[])
  it(`reads ${what}`, () => assert.deepEqual(contentOf(message), expected));

const protoFile = createRequire(import.meta.url)
  .resolve('@whiskeysockets/baileys')
  .replace(/lib[\\/]index\.js$/, 'WAProto/WAProto.proto');
const envelopes = [
  ...readFileSync(protoFile, 'utf8').matchAll(/optional FutureProofMessage (\w+) = /g),
].flatMap(([, name]) => (name === undefined ? [] : [name]));

it('opens every envelope that the protocol has', () => {
  assert.ok(envelopes.length > 20, String(envelopes));
  for (const name of envelopes) {
    const { type, text } = contentOf({ [name]: { message: { conversation: 'inside' } } });
    assert.deepEqual([name, type, text], [name, 'text', 'inside']);
  }
});

const poll = { name: 'When?', options: [{ optionName: 'now' }], selectableOptionsCount: 1 };
for (const [version, message] of [
  ['V4', { pollCreationMessageV4: { message: { pollCreationMessageV3: poll } } }],
  ['V5', { pollCreationMessageV5: poll }],
] as const)
  it(`reads a poll of ${version}, and finds what its votes are encrypted with`, () => {
    assert.deepEqual(contentOf(message), {
      type: 'poll',
      text: 'When?',
      poll: { options: ['now'], selectable: 1 },
    });
    const messageSecret = Buffer.alloc(32, 7);
    const found = secretIn(wire({ ...message, messageContextInfo: { messageSecret } }));
    assert.deepEqual(found && Buffer.from(found), messageSecret);
  });

it('tells a poll of V5 from other messages in what it sends', () => {
  assert.equal(nodesOf({ pollCreationMessageV5: poll }).length, 1);
  assert.equal(nodesOf({ conversation: 'x' }).length, 0);
});

it('quotes the words of a template, and knows what an answer answers', () => {
  const contextInfo = { stanzaId: 'T1', participant: '111@lid', quotedMessage: { templateMessage: {} } };
  const said = (quotedMessage: proto.IMessage): Content['quoted'] =>
    contentOf({
      templateButtonReplyMessage: {
        selectedId: 'thx',
        contextInfo: { ...contextInfo, quotedMessage },
      },
    }).quoted;
  const quoted = { messageId: 'T1', participant: '111@lid', hasMedia: false };
  assert.deepEqual(said({ templateMessage: { hydratedTemplate: template } }), {
    ...quoted,
    text: templated.text,
  });
  const pictured = { hydratedContentText: 'New', imageMessage: picture };
  assert.deepEqual(said({ templateMessage: { hydratedTemplate: pictured } }), {
    ...quoted,
    hasMedia: true,
    text: 'New',
  });
});

const heads: readonly (readonly [string, proto.IMessage])[] = [
  ['a template', { templateMessage: { hydratedTemplate: { imageMessage: picture } } }],
  ['buttons', { buttonsMessage: { imageMessage: picture } }],
  ['an interactive message', { interactiveMessage: { header: { imageMessage: picture } } }],
  ['a product', { productMessage: { product: { productImage: picture } } }],
  [
    'a product in an interactive message',
    { interactiveMessage: { header: { productMessage: { product: { productImage: picture } } } } },
  ],
  ['a group’s mention', { groupMentionedMessage: { message: { imageMessage: picture } } }],
];
for (const [what, message] of heads)
  it(`finds the file of ${what}, also where the phone has to upload it again`, async () => {
    const raw = rawOf({ key, messageTimestamp: 1, message: wire(message) }) ?? '';
    assert.equal(mediaPartOf(raw)?.directPath, '/a');
    // what Baileys' own does once the phone has answered
    const updateMediaMessage = async (asked: WAMessage) => {
      assertMediaContent(asked.message).directPath = '/b';
      return asked;
    };
    const again = await createReupload({ updateMediaMessage })(raw);
    assert.deepEqual([mediaPartOf(again)?.directPath, mediaPartOf(again)?.kind], ['/b', 'image']);
  });

it('takes no more of it than fits the log', () => {
  const rows = Array.from({ length: 500 }, (_, n) => ({ title: 't'.repeat(5_000), rowId: `${n}` }));
  const { text, choices } = contentOf({
    listMessage: { description: 'x'.repeat(70_000), sections: [{ rows }] },
  });
  assert.equal(text?.length, 65_536);
  assert.equal(choices?.length, 64);
  assert.equal(choices[0]?.text.length, 1_024);
  const params = json({ a: 'x'.repeat(70_000) });
  const answer = { interactiveResponseMessage: { nativeFlowResponseMessage: { paramsJson: params } } };
  assert.deepEqual(contentOf(answer), { type: 'text', text: null, selected: { id: null } });
});
