import { type AuthenticationCreds, type ConnectionState, jidNormalizedUser } from '@whiskeysockets/baileys';
import { z } from 'zod';
import type { ConnectionUpdate } from '../../ports/whatsapp.ts';

type Update = Partial<ConnectionState>;
type Closed = Extract<ConnectionUpdate, { type: 'closed' }>;

const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;

const boom = z.looseObject({ message: z.string(), output: z.looseObject({ statusCode: z.number() }) });

/** Whether there is a device to log in with: a pairing that was begun only has set `me`, too. */
export const isPaired = (creds: AuthenticationCreds): boolean =>
  creds.me?.id !== undefined && creds.account !== undefined;

const qrUpdate = (qr: string, n: number, now: number): ConnectionUpdate => {
  const lifetime = n === 1 ? FIRST_QR_MS : NEXT_QR_MS;
  return { type: 'qr', qr, n, expiresAt: new Date(now + lifetime).toISOString() };
};

/**
 * What Baileys' `connection.update` means to whoever runs the account, but for the end of the offline phase and of
 * the socket. `qrs` counts the codes of this socket, this one included.
 */
export const progressOf = (
  update: Update,
  creds: AuthenticationCreds,
  { qrs, now }: Readonly<{ qrs: number; now: number }>,
): readonly ConnectionUpdate[] => {
  const me = jidNormalizedUser(creds.me?.id);
  const lid = creds.me?.lid === undefined ? undefined : jidNormalizedUser(creds.me.lid);
  const updates: ConnectionUpdate[] = [];
  if (update.qr) updates.push(qrUpdate(update.qr, qrs, now));
  if (update.isNewLogin) updates.push({ type: 'paired', me, lid, platform: creds.platform });
  if (update.connection === 'open') updates.push({ type: 'open', me, lid, name: creds.me?.name });
  return updates;
};

/** The last update of a session, from the error that its socket ended with. */
export const closedBy = (error: unknown, paired: boolean): Closed => {
  const parsed = boom.safeParse(error);
  if (parsed.success) {
    const { message, output, data } = parsed.data;
    return { type: 'closed', code: output.statusCode, reason: message, paired, data };
  }
  const reason = error instanceof Error ? error.message : 'closed';
  return { type: 'closed', code: null, reason, paired };
};
