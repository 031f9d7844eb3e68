import { setTimeout as sleep } from 'node:timers/promises';
import { assertMediaContent, proto, type WASocket } from '@whiskeysockets/baileys';
import type { Session } from '../../../ports/whatsapp.ts';
import { fileHolder } from '../reading/layouts.ts';
import { infoOfRaw } from '../reading/raw.ts';
import { unwrap } from '../reading/unwrap.ts';

const ANSWER_MS = 30_000;

const silence = async (): Promise<never> => {
  await sleep(ANSWER_MS, undefined, { ref: false });
  throw new Error('the phone did not upload the file again in time');
};

/** Asks the phone for a file that the media hosts no longer have; Baileys itself would wait for ever. */
export const createReupload =
  (sock: Pick<WASocket, 'updateMediaMessage'>): Session['reupload'] =>
  async (raw) => {
    const { key, message: whole } = infoOfRaw(raw);
    // Baileys opens few envelopes, and looks for files in fewer places
    const message = whole && fileHolder(unwrap(whole).message);
    if (!key || !message) throw new Error('the message names no file');
    const content = assertMediaContent(message);
    const { url } = content;
    const updated = await Promise.race([sock.updateMediaMessage({ key, message }), silence()]);
    // rc14 names the host that it last uploaded to: the file is where it was, under its new path
    content.url = url ?? null;
    return Buffer.from(proto.WebMessageInfo.encode(updated).finish()).toString('base64');
  };
