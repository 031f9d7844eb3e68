import { jidNormalizedUser, type WASocket } from '@whiskeysockets/baileys';
import { z } from 'zod';
import type { WildcatEvent } from '../../../events/codec.ts';
import { isLid } from '../../../events/ids.ts';
import type { SessionActs } from '../../../ports/session-calls.ts';
import type { FetchPicture } from '../files/download.ts';
import { type Directory, myAddress } from '../reading/addresses.ts';
import { asking, doing } from './asking.ts';

type ProfileActs = Pick<SessionActs, 'picture' | 'pictureChange' | 'profile' | 'profileChange'>;

const abouts = z.array(z.looseObject({ status: z.looseObject({ status: z.string().nullish() }).nullish() }));

/** What can be asked about pictures and the account's own profile over one open connection. */
export const createProfileActs = (
  sock: () => WASocket,
  directory: Directory,
  fetchPicture: FetchPicture,
  tell: (event: WildcatEvent) => void,
): ProfileActs => {
  const me = (): string => jidNormalizedUser(directory.me().pn ?? '');
  return {
    picture: async ({ jid, small }) => {
      const url = await asking(() => sock().profilePictureUrl(jid ?? me(), small ? 'preview' : 'image'));
      return (await asking(() => fetchPicture(url))).toString('base64');
    },
    pictureChange: ({ jid, jpeg }) =>
      doing(() =>
        jpeg === null
          ? sock().removeProfilePicture(jid ?? me())
          : sock().updateProfilePicture(jid ?? me(), Buffer.from(jpeg, 'base64')),
      ),
    profile: async () => {
      const told = await asking(() => sock().fetchStatus(me()));
      const { jid, alt } = myAddress(directory);
      return {
        id: alt ?? jid,
        lid: isLid(jid) ? jid : null,
        name: sock().authState.creds.me?.name ?? null,
        about: abouts.safeParse(told).data?.[0]?.status?.status ?? null,
      };
    },
    profileChange: async ({ name, about }) => {
      if (name !== undefined) await doing(() => sock().updateProfileName(name));
      if (about !== undefined) {
        await doing(() => sock().updateProfileStatus(about));
        // of a name Baileys tells by itself
        tell({ type: 'account.profile_changed', data: { about } });
      }
      return null;
    },
  };
};
