import type { AccountEvent } from '../../events/accounts.ts';
import type { Logger } from '../../ports/logger.ts';

/** What follows from the account's own course or from a wish, and needs nobody's attention. */
const isExpected = (event: AccountEvent): boolean => {
  switch (event.type) {
    case 'account.disconnected':
    case 'account.logged_out':
      return event.data.code === null;
    case 'account.replaced':
    case 'account.blocked':
    case 'account.outdated':
      return false;
    default:
      return true;
  }
};

/** Why, and what comes next: neither who the account is nor its QR code. */
const fieldsOf = ({ data }: AccountEvent): object => {
  const { code, reason, retryAt, until } = { ...data } as Readonly<Record<string, unknown>>;
  return { code: code ?? undefined, reason, retryAt: retryAt ?? undefined, until };
};

/** Tells operators what becomes of an account's connection. `logger` names the account in its fields. */
export const tellFact = (logger: Logger, account: string, event: AccountEvent): void => {
  if (event.type === 'account.qr_issued') {
    // those that replace it every 20 s or so are no news
    if (event.data.n === 1)
      logger.info({ get: `/accounts/${account}/qr` }, 'account waits for its QR code to be scanned');
    return;
  }
  const fields = fieldsOf(event);
  if (isExpected(event)) logger.info(fields, event.type);
  else logger.warn(fields, event.type);
};
