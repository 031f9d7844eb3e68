// A process of its own that holds a lease: says `epoch N`, then every 5 ms whether the lease is valid.
import { connectNats } from '../../src/adapters/jetstream/connect.ts';
import { createLeases } from '../../src/adapters/lease.ts';
import { FAST } from '../support/lease-times.ts';
import { silentLog } from '../support/silent-log.ts';

const [url = ''] = process.argv.slice(2);
const nc = await connectNats({ url, name: 'holder' }, silentLog);
const leases = await createLeases({ nc, node: 'stopped', log: silentLog, times: FAST });
const lease = await leases.acquire('shop');
if (lease === null) throw new Error('somebody else has it');
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
say(`epoch ${lease.epoch}`);
lease.onLost(() => say('lost'));
setInterval(() => say(lease.isValid() ? 'valid' : 'invalid'), 5);
