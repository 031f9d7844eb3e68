// Preloaded into every test process, and what it starts: a look-up of a WhatsApp host is refused, and fails the spec
// even where the error is swallowed (rc14 has mmg.whatsapp.net built in).
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

const REAL = /(^|\.)whatsapp\.(net|com)\.?$/i;
const asked = new Set();

const { lookup } = dns;
dns.lookup = (hostname, ...rest) => {
  if (!REAL.test(String(hostname))) return lookup(hostname, ...rest);
  if (!asked.has(hostname)) process.stderr.write(`NO TEST DIALS THE REAL WHATSAPP: ${hostname}\n`);
  asked.add(hostname);
  process.nextTick(rest.at(-1), new Error(`no test dials the real WhatsApp: ${hostname}`));
};
syncBuiltinESMExports();

process.on('exit', () => {
  if (asked.size > 0) process.exitCode = 1;
});
