// The service and a WhatsApp of its own, an account paired with a simulated phone, and a conversation to look at.
// Every run begins anew: its data lives in .wildcat/demo. Nothing here dials the real WhatsApp.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, setup } from './setup.mjs';

setup();
const { spawnSandbox } = await import('../dist/sandbox/spawn.js');
const { acquireLock, findOwner } = await import('../dist/src/adapters/services/lock.js');
const { stopProcess } = await import('../dist/src/adapters/services/process.js');

const PORT = process.env.PORT ?? '3000';
const DATA_DIR = join(ROOT, '.wildcat', 'demo');
/** Locked for as long as this process lives: before its service has locked the data another demo would delete them. */
const RUNNING = join(ROOT, '.wildcat', 'demo.running');
const OWN = '4915100000001';
const ANNA = '4915100000002';
// A system of its own, whatever .env and the shell say: accounts of another would be logged out by this WhatsApp.
const OWN_SYSTEM = {
  HOST: '',
  API_KEY: '',
  SECRET_KEY: '',
  NATS_URL: '',
  MONGO_URL: '',
  DB_NAME: '',
  ROLES: '',
};

const lock = async (dir) => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  try {
    return await acquireLock(dir);
  } catch (error) {
    if (error.code !== 'misconfigured') throw error;
    const pid = (await findOwner(dir))?.pid ?? 'gone by now';
    console.error(`demo: one is running already (process ${pid}): end it first`);
    process.exit(1);
  }
};
await lock(RUNNING);
// a service that was killed leaves its servers to its successor: without their data nobody would ever end them
const { left } = await lock(DATA_DIR);
await Promise.all(Object.values(left).map((server) => stopProcess(server, 10_000)));
rmSync(DATA_DIR, { recursive: true, force: true });
mkdirSync(join(ROOT, '.wildcat', 'programs'), { recursive: true });
mkdirSync(DATA_DIR, { recursive: true, mode: 0o700 });
// what was installed for `npm start` need not be installed again
symlinkSync(join('..', 'programs'), join(DATA_DIR, 'programs'), 'dir');

// until there is a service to end in order: the sandbox ends with this process, but not where a signal kills it
let stop = () => process.exit(0);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop());

const sandbox = await spawnSandbox({ wildcatUrl: `http://127.0.0.1:${PORT}` });
console.log(`demo: a local WhatsApp is on ${sandbox.controlUrl}`);

console.log(
  'demo: starting NATS, MongoDB and Wildcat (the first time they are fetched, which takes a minute)',
);

const service = spawn(process.execPath, [join(ROOT, 'dist', 'src', 'main.js')], {
  cwd: ROOT,
  env: {
    ...process.env,
    ...OWN_SYSTEM,
    PORT,
    DATA_DIR,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
    WHATSAPP_SOCKET_URL: sandbox.url,
    WHATSAPP_ROOT_KEY: sandbox.rootKey,
    WHATSAPP_CA: sandbox.caFile,
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = new Promise((resolve) => service.once('exit', resolve));
let stopping = false;
stop = async () => {
  if (stopping) return;
  stopping = true;
  service.kill('SIGTERM');
  await ended;
  await sandbox.close();
};

const listening = new Promise((resolve) => {
  createInterface({ input: service.stdout }).on('line', (line) => {
    console.log(line);
    const match = /^wildcat listening on (\S+)$/.exec(line);
    if (match) resolve(match[1]);
  });
});
const url = await Promise.race([listening, ended.then(() => null)]);
if (url === null) {
  await sandbox.close();
  process.exit(stopping ? 0 : 1);
}

const call = async (method, path, body) => {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.error}`);
  return answer;
};
const until = async (what, probe) => {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) {
    const found = await probe();
    if (found) return found;
  }
  throw new Error(`demo: no ${what} within 20 s`);
};

const natsUrl = () => {
  const { servers } = JSON.parse(readFileSync(join(DATA_DIR, 'lock'), 'utf8'));
  return `nats://127.0.0.1:${servers.nats.port}`;
};

const play = async () => {
  const own = await sandbox.client.makePhone(OWN, { name: 'Demo shop' });
  const anna = await sandbox.client.makePhone(ANNA, { name: 'Anna' });
  await call('POST', '/accounts', { id: 'demo', name: 'Demo shop' });
  const { qr } = await until('QR code', async () => {
    const status = await call('GET', '/accounts/demo/status');
    return status.qr && status;
  });
  console.log("demo: the account 'demo' shows its QR code, a simulated phone scans it");
  await own.scan(qr);
  await until('connection', async () => (await call('GET', '/accounts/demo/status')).status === 'connected');
  console.log('demo: connected; Anna writes');
  await anna.send(OWN, 'Hello, do you have umbrellas?');
  const chat = `/accounts/demo/chats/${ANNA}@s.whatsapp.net/messages`;
  await until('message', async () => (await call('GET', chat)).messages.length > 0);
  const sent = await call('POST', '/accounts/demo/message/send', {
    to: `+${ANNA}`,
    message: 'Yes, in red and blue.',
  });
  await anna.waitForMessage((message) => message.id === sent.messageId);
  await anna.send(OWN, 'Then a red one, please.');
  await until('conversation', async () => (await call('GET', chat)).messages.length === 3);
  for (const { fromMe, text } of (await call('GET', chat)).messages.reverse())
    console.log(`demo: ${fromMe ? 'shop' : 'Anna'}: ${text}`);
  console.log(`
In a browser:

  ${sandbox.controlUrl}   the phones: write as Anna
  ${url}/console   your account: what it gets, sends and logs
  ${url}/docs      the API

In a terminal:

  curl ${url}/accounts/demo/chats
  curl "${url}${chat}"
  curl -X POST ${url}/accounts/demo/message/send -H 'Content-Type: application/json' -d '{"to":"+${ANNA}","message":"It is on its way"}'
  curl ${sandbox.controlUrl}/phones/${ANNA}/messages
  curl -X POST ${sandbox.controlUrl}/phones/${ANNA}/messages -H 'Content-Type: application/json' -d '{"to":"${OWN}","text":"Thank you!"}'

Its events, by HTTP and from NATS:

  curl -N "${url}/events/stream?after=0"
  npm run build && NATS_URL=${natsUrl()} node dist/examples/typescript/consumer.js

Ctrl-C ends both.`);
};

play().catch(async (error) => {
  if (stopping) return;
  console.error(error instanceof Error ? error.message : error);
  await stop();
  process.exit(1);
});
const code = await ended;
await stop();
process.exit(code ?? 0);
