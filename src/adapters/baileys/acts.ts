import type { GroupMetadata, WASocket } from '@whiskeysockets/baileys';
import { WildcatError } from '../../errors.ts';
import type { WildcatEvent } from '../../events/codec.ts';
import type { GroupInfo, SessionActs } from '../../ports/session-calls.ts';
import { addressOf, type Directory, plainJid } from './addresses.ts';

type Deps = Readonly<{
  sock: () => WASocket;
  directory: Directory;
  /** Puts a fact into the log. */
  tell: (event: WildcatEvent) => void;
}>;

// rc14 keeps the code of an IQ error in `data` (generic-utils.js assertNodeErrorFree); a query that timed out resolves
// to undefined, one whose socket died rejects with a number.
const CODES: Readonly<Record<number, 'forbidden' | 'not_found' | 'refused' | 'throttled'>> = {
  400: 'refused',
  401: 'forbidden',
  403: 'forbidden',
  404: 'not_found',
  406: 'refused',
  409: 'refused',
  429: 'throttled',
};

const TEXTS = {
  forbidden: 'WhatsApp does not allow this',
  not_found: 'WhatsApp knows no such thing',
  refused: 'WhatsApp refused this',
  throttled: 'WhatsApp throttles this account: try again later',
} as const;

/** Runs a query of Baileys; its errors become ours. Throws `unavailable` where WhatsApp did not answer. */
export const asking = async <T>(query: () => Promise<T>): Promise<NonNullable<T>> => {
  const result = await query().catch((cause: unknown) => {
    const code = cause instanceof Error && 'data' in cause ? CODES[Number(cause.data)] : undefined;
    if (code === undefined) throw new WildcatError('unavailable', 'WhatsApp did not answer', { cause });
    throw new WildcatError(code, TEXTS[code], { cause });
  });
  if (result === undefined || result === null)
    throw new WildcatError('unavailable', 'WhatsApp did not answer');
  return result;
};

/** For what answers nothing. */
const doing = async (query: () => Promise<unknown>): Promise<null> => {
  await asking(async () => (await query()) ?? true);
  return null;
};

const roleOf = (admin: unknown): 'member' | 'admin' | 'superadmin' =>
  admin === 'superadmin' || admin === 'admin' ? admin : 'member';

/** Baileys' metadata of a group; people by phone number where it is known. Pure. */
export const groupInfoOf = (group: GroupMetadata, directory: Directory): GroupInfo => {
  const nameOf = (id: string, other?: string) => {
    const { jid, alt } = addressOf(id, other, directory);
    return { id: alt ?? jid, lid: jid.endsWith('@lid') ? jid : null };
  };
  return {
    groupId: group.id,
    subject: group.subject,
    description: group.desc ?? null,
    owner: group.owner ? nameOf(group.owner, group.ownerPn).id : null,
    createdAt: group.creation ?? null,
    announce: group.announce === true,
    locked: group.restrict === true,
    participants: group.participants.map(({ id, phoneNumber, lid, admin }) => ({
      ...nameOf(id, phoneNumber ?? lid),
      role: roleOf(admin),
    })),
  };
};

const PN = '@s.whatsapp.net';

/** What can be asked of one open connection. */
export const createActs = ({ sock, directory, tell }: Deps): SessionActs => {
  const infoOf = (group: GroupMetadata) => groupInfoOf(group, directory);
  return {
    read: async ({ chat, keys }) => {
      await doing(() => sock().readMessages(keys.map((key) => ({ ...key }))));
      tell({ type: 'chat.marked_read', data: { chat: addressOf(chat, null, directory) } });
      return null;
    },
    presence: ({ chat, state }) =>
      doing(() =>
        state === 'subscribe' ? sock().presenceSubscribe(chat) : sock().sendPresenceUpdate(state, chat),
      ),
    check: async ({ phones }) => {
      const found = await asking(() => sock().onWhatsApp(...phones.map((phone) => `${phone}${PN}`)));
      return phones.map((phone) => {
        const hit = found.find(({ jid, exists }) => exists && plainJid(jid) === `${phone}${PN}`);
        const { jid: lid } = addressOf(`${phone}${PN}`, null, directory);
        const known = hit !== undefined && lid.endsWith('@lid') ? lid : null;
        return {
          phone,
          exists: hit !== undefined,
          jid: hit === undefined ? null : `${phone}${PN}`,
          lid: known,
        };
      });
    },
    block: ({ jid, on }) => doing(() => sock().updateBlockStatus(jid, on ? 'block' : 'unblock')),
    groups: async () => {
      const groups = await asking(() => sock().groupFetchAllParticipating());
      return Object.values(groups).map(infoOf);
    },
    group: async ({ jid }) => infoOf(await asking(() => sock().groupMetadata(jid))),
    groupCreate: async ({ subject, participants }) =>
      infoOf(await asking(() => sock().groupCreate(subject, [...participants]))),
    groupParticipants: async ({ jid, action, participants }) => {
      const done = await asking(() => sock().groupParticipantsUpdate(jid, [...participants], action));
      return done.map(({ jid: who, status }) => ({
        id: addressOf(who ?? '', null, directory).alt ?? who ?? '',
        status: Number(status),
      }));
    },
  };
};
