import {
  getBinaryNodeChild,
  getBinaryNodeChildren,
  S_WHATSAPP_NET,
  type WASocket,
} from '@whiskeysockets/baileys';
import { WildcatError } from '../../../errors.ts';

/** WhatsApp's media hosts, and the token to upload with. */
export type MediaHosts = Awaited<ReturnType<WASocket['refreshMediaConn']>>;

const ask = async (query: WASocket['query'], now: () => Date): Promise<MediaHosts> => {
  const attrs = { type: 'set', xmlns: 'w:m', to: S_WHATSAPP_NET };
  const answer = await query({ tag: 'iq', attrs, content: [{ tag: 'media_conn', attrs: {} }] });
  // a question without an answer, which may never have left while our own stores were away, resolves to undefined
  if (!answer) throw new WildcatError('unavailable', 'WhatsApp did not say which media hosts there are');
  const named = getBinaryNodeChild(answer, 'media_conn');
  if (!named) throw new WildcatError('upload_failed', 'WhatsApp did not name its media hosts');
  const hosts = getBinaryNodeChildren(named, 'host').map(({ attrs: host }) => ({
    hostname: host.hostname ?? '',
    maxContentLengthBytes: Number(host.maxContentLengthBytes),
  }));
  return { hosts, auth: named.attrs.auth ?? '', ttl: Number(named.attrs.ttl), fetchDate: now() };
};

/**
 * WhatsApp's media hosts, asked for once and kept for as long as they hold (`force`: asked for anew). Throws
 * `upload_failed` where it names none, and `unavailable` where it does not answer; the next call asks again. rc14's own
 * (refreshMediaConn) keeps a question that failed, too, for as long as the socket lives.
 */
export const createMediaHosts = (
  query: WASocket['query'],
  now: () => Date,
): ((force: boolean) => Promise<MediaHosts>) => {
  let asked: Promise<MediaHosts> | null = null;
  const askAnew = (): Promise<MediaHosts> => {
    const asking = ask(query, now);
    asked = asking;
    asking.catch(() => {
      if (asked === asking) asked = null;
    });
    return asking;
  };
  return async (force) => {
    const before = asked;
    if (before === null || force) return askAnew();
    const known = await before;
    const isOver = now().getTime() - known.fetchDate.getTime() > known.ttl * 1_000;
    if (!isOver) return known;
    // somebody else may have asked meanwhile
    return asked === null || asked === before ? askAnew() : asked;
  };
};
