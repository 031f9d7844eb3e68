import type { PhoneHandle } from '../../../sandbox/client.ts';
import type { AccountStatus } from '../../../src/events/account-state.ts';
import type { EventType } from '../../../src/events/codec.ts';
import type { TestSandbox } from '../../support/sandbox.ts';
import { waitFor } from '../../support/wait.ts';
import type { Node } from './node.ts';
import type { World } from './world.ts';

type Status = AccountStatus | 'absent' | 'erasing';

/** Resolves once a node has folded that status. */
export const untilStatus = (node: Node, account: string, status: Status, ms?: number): Promise<unknown> =>
  waitFor(() => node.accounts.current(account).state.status === status, {
    what: `${account} ${status}`,
    ...(ms === undefined ? {} : { ms }),
  });

/** The types of an account's own events, `account.` left out, after a position. */
export const factsOf = async (world: World, account: string, after = 0): Promise<string[]> =>
  (await world.events(account))
    .filter(({ seq, type }) => seq > after && type.startsWith('account.'))
    .map(({ type }) => type.slice('account.'.length));

/** The position of the account's last event of that type. */
export const lastOf = async (world: World, account: string, type: EventType): Promise<number> =>
  (await world.events(account)).filter((event) => event.type === type).at(-1)?.seq ?? 0;

/** Creates an account on a node and pairs it with a phone of its own. */
export const pairAccount = async (
  node: Node,
  { control }: TestSandbox,
  account: string,
  number: string,
): Promise<PhoneHandle> => {
  const phone = await control.makePhone(number, { name: account });
  await node.wish(account, { type: 'create', name: account, collectionName: `auth_${account}` });
  const { qr } = await waitFor(() => node.qrCodes.find(account), { what: `QR code of ${account}` });
  await phone.scan(qr);
  await untilStatus(node, account, 'connected');
  return phone;
};
