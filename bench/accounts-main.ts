// Many bare Baileys in one process, keys in memory, driven over IPC by accounts.ts: argv = URL and root key of the sandbox, and how
// many. Asks for each to be scanned; tells once all are connected.
import { pairBaileys } from '../test/support/bare-baileys.ts';

const [url = '', rootKey = '', count = '0'] = process.argv.slice(2);
let scanned = () => {};
process.on('message', () => scanned());
process.on('disconnect', () => process.exit(0));
const scan = (qr: string) =>
  new Promise<void>((resolve) => {
    scanned = resolve;
    process.send?.({ qr });
  });
for (let n = 0; n < Number(count); n++) await pairBaileys({ url, rootKey }, scan);
process.send?.({ ready: true });
