/** The two names every person has: the phone number (PN) and the hidden id (LID). */
export type Domain = 's.whatsapp.net' | 'lid';

interface Jid {
  readonly user: string;
  readonly device: number;
  readonly server: string;
}

/** The server of phone numbers. */
export const SERVER = 's.whatsapp.net';
/** The server itself, as a sender. */
export const SERVER_JID = '@s.whatsapp.net';

/** Reads `user[:device]@server`; undefined for anything else (the server's own `s.whatsapp.net` too). */
export const parseJid = (jid: string | undefined): Jid | undefined => {
  const match = /^([^:@_]+)(?:_\d+)?(?::(\d+))?@(.+)$/.exec(jid ?? '');
  const [, user, device, server] = match ?? [];
  return user === undefined || server === undefined
    ? undefined
    : { user, device: Number(device ?? 0), server };
};

/** Writes a jid; device 0 is left out, as everywhere on the wire. */
export const formatJid = (user: string, server: string, device = 0): string =>
  `${user}${device === 0 ? '' : `:${device}`}@${server}`;
