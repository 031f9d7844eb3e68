import {
  type BinaryNode,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  type WASocket,
} from '@whiskeysockets/baileys';
import { WildcatError } from '../../errors.ts';
import type { Address } from '../../events/ids.ts';
import type { Logger } from '../../ports/logger.ts';
import { asking } from './acts/asking.ts';
import { type Block, blockChanges } from './block-changes.ts';
import type { Core } from './core.ts';
import { addressOf, type Directory } from './reading/addresses.ts';

// rc14's fetchBlocklist takes a query that was not answered for an empty list.
const askBlocklist = async (
  sock: Pick<WASocket, 'query'>,
  directory: Directory,
): Promise<readonly Address[]> => {
  const attrs = { xmlns: 'blocklist', to: 's.whatsapp.net', type: 'get' };
  const answer: BinaryNode = await asking(() => sock.query({ tag: 'iq', attrs }));
  const list = getBinaryNodeChild(answer, 'list');
  if (list === undefined) throw new WildcatError('unavailable', 'WhatsApp did not say who is blocked');
  return getBinaryNodeChildren(list, 'item').flatMap(({ attrs: { jid, pn_jid: pn } }) =>
    jid === undefined ? [] : [addressOf(jid, pn, directory)],
  );
};

type Deps = Readonly<{
  core: Pick<Core, 'directory' | 'tell'> & Readonly<{ committer: Pick<Core['committer'], 'whenDurable'> }>;
  sock: () => Pick<WASocket, 'query'>;
  logged: () => Promise<readonly Block[]>;
  logger: Logger;
}>;

/**
 * Tells what has changed in whom the account blocks while nobody told us: before it was linked, or between two
 * links. To be called once the offline phase is over. The log is read first: what is told meanwhile is at worst told twice.
 */
export const compareBlocks = async ({ core, sock, logged, logger }: Deps): Promise<void> => {
  const { committer, directory, tell } = core;
  try {
    await committer.whenDurable();
    const told = await logged();
    const listed = await askBlocklist(sock(), directory);
    for (const change of blockChanges(told, listed, directory))
      tell(change, { event: 'blocklist', offline: false });
  } catch (error) {
    logger.warn({ error }, 'who is blocked is not known for sure: the next connection asks again');
  }
};
