import { after } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { type Service, startService } from './service.ts';
import { pair, startWorld, type World } from './world.ts';

/** A service with one paired account, and the phones that it knows: Anna and Bert, who are in a group with it. */
type Friends = Readonly<{
  world: World;
  service: Service;
  /** The phone that the account belongs to. */
  own: PhoneHandle;
  anna: PhoneHandle;
  bert: PhoneHandle;
  /** JID of the group. */
  group: string;
}>;

/** For all tests of a file, and closed after them. `bert`: how Bert's phone behaves. */
export const openFriends = async (
  account: string,
  { bert: manner = {} }: Readonly<{ bert?: Readonly<{ readAfter?: number }> }> = {},
): Promise<Friends> => {
  const world = await startWorld();
  const own = await world.sandbox.makePhone('4915100000001', { name: 'Shop' });
  const anna = await world.sandbox.makePhone('4915100000002', { name: 'Anna' });
  const bert = await world.sandbox.makePhone('4915100000003', { name: 'Bert', ...manner });
  const { jid: group } = await anna.makeGroup('Friends', [own.number, bert.number]);
  const service = await startService(world.env);
  const close = async (): Promise<void> => {
    await service.kill();
    await world.close();
  };
  after(close);
  // what fails before the first test ends this process without running the hooks
  await pair(service, account, own).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { world, service, own, anna, bert, group };
};
