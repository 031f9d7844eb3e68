import { proto } from '@whiskeysockets/baileys';
import { makeSnapshot } from '../../protocol/app-state.ts';
import { encryptMedia } from '../../protocol/media.ts';
import { storeFile } from '../../server/media-store.ts';
import type { Phone } from '../../server/state.ts';
import type { World } from '../../server/world.ts';
import { catchUp, KEY_ID } from './follow.ts';

/**
 * Puts a snapshot of a collection on the media host, and gives its version and the encoded reference to it (which names
 * no host: rc14 looks at mmg.whatsapp.net). Undefined for an empty collection.
 */
export const offerSnapshot = (world: World, phone: Phone, name: string) => {
  catchUp(world, phone, name);
  const collection = phone.appState.collections.get(name);
  if (collection === undefined || collection.version === 0) return undefined;
  const plain = makeSnapshot(collection, name, { id: KEY_ID, data: phone.appStateKey });
  const { key, sha256, encSha256, body } = encryptMedia(plain, 'App State', world.random);
  const { directPath } = storeFile(world, { bytes: body, readers: [phone.number] });
  const reference = proto.ExternalBlobReference.encode({
    mediaKey: key,
    directPath,
    handle: directPath,
    fileSizeBytes: plain.length,
    fileSha256: sha256,
    fileEncSha256: encSha256,
  }).finish();
  return { version: collection.version, reference: Buffer.from(reference) };
};
