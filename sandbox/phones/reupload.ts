import { proto } from '@whiskeysockets/baileys';
import { mediaRetryKey, sealGcm } from '../protocol/media.ts';
import { type BinaryNode, child, node } from '../protocol/node.ts';
import { deliver } from '../server/delivery.ts';
import { ownCopy, storeFile } from '../server/media-store.ts';
import type { DisplayedMessage } from '../server/shown.ts';
import type { Phone } from '../server/state.ts';
import { addressOf, resolve, seconds, type World } from '../server/world.ts';
import { amend } from './display.ts';

const { ResultType } = proto.MediaRetryNotification;

/** Puts the phone's own copy on the media host again; undefined if it has none. */
const uploadAgain = (world: World, phone: Phone, message: DisplayedMessage | undefined) => {
  const { media } = message ?? {};
  const bytes = media?.error === undefined && media ? ownCopy(world, media.path) : undefined;
  if (message === undefined || media === undefined || bytes === undefined) return undefined;
  const { path, directPath } = storeFile(world, { bytes, readers: [phone.number] });
  amend(world, phone, message, { media: { ...media, path } });
  return { directPath, key: media.key };
};

/**
 * Answers a companion that cannot download a file any more (`receipt` of type `server-error`): with a path where it
 * lies again, encrypted for who has the file's key, or with an error (messages-media.js, decodeMediaRetryNode).
 */
export const answerMediaRetry = (world: World, phone: Phone, receipt: BinaryNode): void => {
  const asking = resolve(world, receipt.attrs.from);
  const { id = '' } = receipt.attrs;
  if (asking === undefined || asking.phone !== phone) return;
  const again = uploadAgain(
    world,
    phone,
    phone.messages.find((message) => message.id === id),
  );
  const rmr = child(receipt, 'rmr') ?? node('rmr');
  const attrs = { from: addressOf({ phone, device: 0 }, 's.whatsapp.net'), id, t: seconds(world) };
  const answer = (children: BinaryNode[]) =>
    deliver(world, asking, node('notification', { ...attrs, type: 'mediaretry' }, children));
  if (again === undefined) {
    answer([node('error', { code: String(ResultType.NOT_FOUND) }), rmr]);
    return;
  }
  const iv = world.random(12);
  const plain = proto.MediaRetryNotification.encode({
    stanzaId: id,
    directPath: again.directPath,
    result: ResultType.SUCCESS,
  }).finish();
  const sealed = sealGcm(plain, mediaRetryKey(again.key), iv, Buffer.from(id));
  answer([node('encrypt', {}, [node('enc_p', {}, sealed), node('enc_iv', {}, iv)]), rmr]);
};
