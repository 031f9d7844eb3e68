import {
  extractDeviceJids,
  isLidUser,
  isPnUser,
  USyncQuery,
  USyncUser,
  type WASocket,
} from '@whiskeysockets/baileys';
import { WildcatError } from '../../../errors.ts';
import type { Session } from '../../../ports/whatsapp.ts';
import { unlessOver } from '../signals.ts';

const findDevices = async (sock: WASocket, to: string): Promise<void> => {
  // from rc14's cache, or asked for and kept there
  if ((await sock.getUSyncDevices([to], true, false)).length > 0) return;
  // it gives nothing for an empty answer and for none
  const query = new USyncQuery().withContext('message').withDeviceProtocol();
  const answer = await sock.executeUSyncQuery(query.withUser(new USyncUser().withId(to)));
  const { id = '', lid = '' } = sock.authState.creds.me ?? {};
  if (answer === undefined || extractDeviceJids(answer.list, id, lid, false).length > 0)
    throw new WildcatError('unavailable', 'WhatsApp did not say which devices the recipient has');
  throw new WildcatError('refused', 'nobody there can read it: not on WhatsApp?');
};

/**
 * Sees to it that a person's devices are known; see `Session`. Groups go by their sender key.
 * `ending`: aborted once the session ends, since rc14 leaves the questions of a closed socket open for 20 s.
 */
export const createReach =
  (sock: () => WASocket, ending: AbortSignal): Session['reach'] =>
  async (to) => {
    if (!isPnUser(to) && !isLidUser(to)) return;
    await unlessOver(findDevices(sock(), to), ending).catch((error: unknown) => {
      // what WhatsApp answers with an error, the relay meets too: it counts as an attempt
      if (error instanceof WildcatError || ending.aborted) throw error;
    });
  };
