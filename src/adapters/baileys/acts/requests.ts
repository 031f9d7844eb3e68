import type { WASocket } from '@whiskeysockets/baileys';
import { z } from 'zod';
import { isLid } from '../../../events/ids.ts';
import type { SessionActs } from '../../../ports/session-calls.ts';
import { addressOf, type Directory } from '../reading/addresses.ts';
import { seconds } from '../reading/fields.ts';
import { asking } from './asking.ts';

// the attributes as WhatsApp sends them, by the name that the group goes by and the other one
const requests = z.array(
  z.looseObject({
    jid: z.string(),
    phone_number: z.string().optional(),
    lid: z.string().optional(),
    request_time: z.string().optional(),
    request_method: z.string().optional(),
  }),
);

type Request = z.infer<typeof requests>[number];
const namesOf = ({ jid, phone_number, lid }: Request) => [jid, phone_number, lid];

/** What can be asked, over one open connection, about those who want to be let into a group. */
export const createRequestActs = (
  sock: () => WASocket,
  directory: Directory,
): Pick<SessionActs, 'groupRequests' | 'groupAnswer'> => {
  const waitingIn = async (jid: string) =>
    requests.parse(await asking(() => sock().groupRequestParticipantsList(jid)));
  const personOf = (jid: string, other: string | undefined) => {
    const person = addressOf(jid, other, directory);
    return { id: person.alt ?? person.jid, lid: isLid(person.jid) ? person.jid : null };
  };
  const otherOf = (one: Request | undefined) => one?.phone_number ?? one?.lid;
  return {
    groupRequests: async ({ jid }) =>
      (await waitingIn(jid)).map((one) => ({
        ...personOf(one.jid, otherOf(one)),
        at: one.request_time === undefined ? null : seconds(one.request_time),
        method: one.request_method ?? null,
      })),
    groupAnswer: async ({ jid, action, participants }) => {
      const waiting = await waitingIn(jid);
      const found = (who: string) => waiting.find((one) => namesOf(one).includes(who));
      // WhatsApp knows them by the name that it lists them under
      const people = participants.map((who) => found(who)?.jid ?? who);
      const done = await asking(() => sock().groupRequestParticipantsUpdate(jid, people, action));
      return done.map(({ jid: who = '', status }) => ({
        id: personOf(who, otherOf(found(who))).id,
        status: Number(status),
      }));
    },
  };
};
