import type { BinaryNode, ConnectionState, WASocket } from '@whiskeysockets/baileys';
import type { AccountEvent } from '../../../events/accounts.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { Core } from '../core.ts';
import { quotaEvent, restrictionEvent } from '../reading/account.ts';
import { MAX_NAME, textOf, unixNow } from '../reading/fields.ts';
import { pictureEvent } from '../reading/pictures.ts';
import type { TapHandlers } from './tap.ts';

/** The server's code for a message to somebody new from an account that may not write to any. */
const RESTRICTED = '463';
/** What is refused in a row is refused for one reason. */
const ASK_EVERY_MS = 60_000;

type Deps = Readonly<{
  core: Pick<Core, 'tell' | 'directory' | 'memory'>;
  sock: () => Pick<WASocket, 'fetchAccountReachoutTimelock'>;
  logger: Logger;
  now: () => Date;
}>;

type AccountTaps = Readonly<{
  taps: TapHandlers;
  onConnection: (update: Partial<ConnectionState>) => void;
  /** To be called with every ack: rc14 means to ask what a refusal is about, in a branch that it never reaches. */
  onAck: (ack: BinaryNode) => void;
  /** To be called with every notification, before Baileys answers it. */
  onNotification: (stanza: BinaryNode) => void;
}>;

/** What WhatsApp tells of the account itself, and in notifications that Baileys makes too little of. */
export const createAccountTaps = ({ core, sock, logger, now }: Deps): AccountTaps => {
  const last = new Map<string, string>();
  let name = core.memory.auth.creds.me?.name;
  let askedAt = Number.NEGATIVE_INFINITY;
  /** `about`: of what; the same of it is no news. */
  const tellNew = (event: string, about: string, found: AccountEvent): void => {
    const said = JSON.stringify(found);
    if (said === last.get(about)) return;
    last.set(about, said);
    if (found.type === 'account.send_restricted') logger.warn(found.data, found.type);
    core.tell(found, { event, offline: false });
  };
  return {
    taps: {
      'message-capping.update': (info) => tellNew('message-capping.update', 'quota', quotaEvent(info)),
      // how the account calls itself is kept with its keys
      'creds.update': ({ me }) => {
        core.memory.saveCreds();
        const called = textOf(me?.name, MAX_NAME);
        if (called === undefined || called === name) return;
        name = called;
        const found: AccountEvent = { type: 'account.profile_changed', data: { name } };
        core.tell(found, { event: 'creds.update', offline: false });
      },
    },
    onNotification: (stanza) => {
      const found = pictureEvent(stanza, core.directory, unixNow(now));
      if (found === null) return;
      core.tell(found, { event: 'notification', offline: stanza.attrs.offline !== undefined });
    },
    onConnection: ({ reachoutTimeLock: lock }) => {
      if (lock !== undefined) tellNew('connection.update', 'restriction', restrictionEvent(lock));
    },
    onAck: ({ attrs }) => {
      const at = now().getTime();
      if (attrs.error !== RESTRICTED || at - askedAt < ASK_EVERY_MS) return;
      askedAt = at;
      // the answer comes as a `connection.update`
      sock()
        .fetchAccountReachoutTimelock()
        .catch((error: unknown) => logger.debug({ error }, 'WhatsApp does not say what it restricts'));
    },
  };
};
