import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import { prepareMessage } from '../../../../src/adapters/baileys/sending/outgoing.ts';
import type { SendRequest } from '../../../../src/events/messages.ts';
import { ANN_PN, ME } from '../../../support/events.ts';

const request = (content: SendRequest['content'], over: Partial<SendRequest> = {}): SendRequest => ({
  ...{ waId: '3EB0', chat: ANN_PN, to: ANN_PN.jid, from: ME, timestamp: 1_700_000_000, bodyHash: '' },
  content,
  ...over,
});
const rawOf = (message: proto.IMessage): string =>
  Buffer.from(
    proto.WebMessageInfo.encode({ key: { id: 'A', remoteJid: ANN_PN.jid }, message }).finish(),
  ).toString('base64');
const uploading = {
  open: () => assert.fail('no file'),
  upload: () => assert.fail('no upload'),
  isOpen: () => true,
};
const prepared = async (asked: SendRequest, raw?: string): Promise<proto.Message> =>
  proto.Message.decode((await prepareMessage(asked, ME.jid, uploading, raw)).message);

it('passes on what a message says now, not what its author took back', async () => {
  const text = await prepared(
    request({ type: 'text', text: 'new', isForwarded: true }),
    rawOf({ conversation: 'old' }),
  );
  assert.equal(text.extendedTextMessage?.text, 'new');
  const same = await prepared(request({ type: 'text', text: 'old' }), rawOf({ conversation: 'old' }));
  assert.equal(same.conversation || same.extendedTextMessage?.text, 'old');
  const image = { imageMessage: { caption: 'old', mimetype: 'image/png', url: 'https://x.example/' } };
  const photo = await prepared(request({ type: 'image', text: null, caption: 'new' }), rawOf(image));
  assert.deepEqual([photo.imageMessage?.caption, photo.imageMessage?.mimetype], ['new', 'image/png']);
});

it('quotes what a message says now', async () => {
  const quoted = { messageId: 'A', participant: ANN_PN.jid, text: 'new', hasMedia: false };
  const quotedKey = { participant: ANN_PN.jid, fromMe: false, raw: rawOf({ conversation: 'old' }) };
  const reply = await prepared(request({ type: 'text', text: 'yes', quoted }, { quotedKey }));
  assert.equal(reply.extendedTextMessage?.contextInfo?.quotedMessage?.extendedTextMessage?.text, 'new');
});

it('passes on the words and the file of what a business made up', async () => {
  const hydratedTemplate = { hydratedContentText: 'Your parcel', hydratedFooterText: 'Shop' };
  const said = { type: 'text', text: 'Your parcel\nShop', isForwarded: true } as const;
  const text = await prepared(request(said), rawOf({ templateMessage: { hydratedTemplate } }));
  assert.equal(text.templateMessage, null);
  assert.equal(text.extendedTextMessage?.text, 'Your parcel\nShop');
  assert.equal(text.extendedTextMessage.contextInfo?.isForwarded, true);
  const imageMessage = { mimetype: 'image/png', url: 'https://x.example/' };
  const pictured = rawOf({
    viewOnceMessage: { message: { buttonsMessage: { imageMessage, contentText: 'New' } } },
  });
  const photo = await prepared(request({ type: 'image', text: null, caption: 'New' }), pictured);
  assert.deepEqual([photo.imageMessage?.caption, photo.imageMessage?.url], ['New', imageMessage.url]);
});

it('passes on what an envelope holds, which says that it was passed on and when it disappears', async () => {
  const messageSecret = Buffer.alloc(32, 1);
  const file = { imageMessage: { mimetype: 'image/png' }, messageContextInfo: { messageSecret } };
  const asked = request({ type: 'image', text: null, isForwarded: true, expiresIn: 86_400 });
  for (const name of ['ephemeralMessage', 'groupMentionedMessage', 'commentMessage', 'eventCoverImage']) {
    const passed = await prepared(asked, rawOf({ [name]: { message: file } }));
    const { isForwarded, expiration } = passed.imageMessage?.contextInfo ?? {};
    assert.deepEqual([name, isForwarded, expiration], [name, true, 86_400]);
    assert.notDeepEqual(Buffer.from(passed.messageContextInfo?.messageSecret ?? ''), messageSecret);
  }
});

it('passes on the words of an answer, not what was filled in for a business alone', async () => {
  const nativeFlowResponseMessage = { name: 'flow', paramsJson: '{"iban":"DE00"}' };
  const raw = rawOf({ interactiveResponseMessage: { body: { text: 'Sent' }, nativeFlowResponseMessage } });
  const passed = await prepared(request({ type: 'text', text: 'Sent', isForwarded: true }), raw);
  assert.equal(passed.interactiveResponseMessage, null);
  assert.equal(passed.extendedTextMessage?.text, 'Sent');
  assert.equal(passed.extendedTextMessage.contextInfo?.isForwarded, true);
});

it('quotes a template as it is', async () => {
  const hydratedTemplate = { hydratedContentText: 'Your parcel', hydratedFooterText: 'Shop' };
  const raw = rawOf({ templateMessage: { hydratedTemplate } });
  const quoted = { messageId: 'A', participant: ANN_PN.jid, text: 'Your parcel\nShop', hasMedia: false };
  const quotedKey = { participant: ANN_PN.jid, fromMe: false, raw };
  const reply = await prepared(request({ type: 'text', text: 'thanks', quoted }, { quotedKey }));
  const { quotedMessage } = reply.extendedTextMessage?.contextInfo ?? {};
  assert.equal(quotedMessage?.templateMessage?.hydratedTemplate?.hydratedContentText, 'Your parcel');
});

it('pins for everybody, as long as WhatsApp knows how to, and tells the server that it is a pin', async () => {
  const target = { waId: 'T', fromMe: false, author: ANN_PN };
  const pin = async (seconds: number) => {
    const asked = request({ type: 'system', text: null }, { remark: { kind: 'pin', target, seconds } });
    const { message, attributes } = await prepareMessage(asked, ME.jid, uploading);
    assert.deepEqual(attributes, { edit: '2' });
    const { pinInChatMessage: said, messageContextInfo: context } = proto.Message.decode(message);
    assert.deepEqual([said?.key?.id, said?.key?.fromMe], ['T', false]);
    return [said?.type, context?.messageAddOnDurationInSecs];
  };
  const { PIN_FOR_ALL, UNPIN_FOR_ALL } = proto.Message.PinInChatMessage.Type;
  for (const seconds of [86_400, 604_800, 2_592_000])
    assert.deepEqual(await pin(seconds), [PIN_FOR_ALL, seconds]);
  assert.deepEqual(await pin(0), [UNPIN_FOR_ALL, 0]);
});
