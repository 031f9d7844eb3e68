// Reads Wildcat's log over NATS and resumes where it stopped. JetStream keeps the order and fills gaps by itself.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/** What is stored, in short; `/asyncapi.json` has all of it. */
type Stored = { id: string; type: string; account: string; data: unknown };

const {
  NATS_URL = 'nats://127.0.0.1:4222',
  TYPES = 'message.received',
  POSITION_FILE = 'position.txt',
} = process.env;

const loadPosition = async (): Promise<number> => {
  const text = await readFile(POSITION_FILE, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '0'; // the beginning of the log
    throw error;
  });
  // beginning anew would do everything once more
  if (!/^\d+$/.test(text)) throw new Error(`no position in ${POSITION_FILE}`);
  return Number(text);
};

const keepPosition = async (position: number): Promise<void> => {
  await writeFile(`${POSITION_FILE}.new`, String(position));
  await rename(`${POSITION_FILE}.new`, POSITION_FILE); // never half a number
};

const handle = async (event: Stored, position: number): Promise<void> => {
  console.log(position, event.id, event.type, event.account);
};

const { host, username, password } = new URL(NATS_URL);
const nc = await connect({
  servers: host,
  ...(username === '' ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
  maxReconnectAttempts: -1,
});
const position = await loadPosition();
const { config, state } = await (await jetstreamManager(nc)).streams.info('WILDCAT');
// NATS goes on silently with what it still has
const purged = Number(config.metadata?.wildcat_purged_upto ?? 0);
if ((position > 0 && position < purged) || position > state.last_seq)
  throw new Error(`refused: the log has what follows ${purged}, up to ${state.last_seq}, not ${position}`);
const consumer = await jetstream(nc).consumers.get('WILDCAT', {
  filter_subjects: TYPES.split(',').map((type) => `wildcat.*.${type}.>`),
  opt_start_seq: position + 1,
});
for await (const message of await consumer.consume()) {
  // the fences of decisions are no events: they have no type
  if (message.headers?.has('Wa-Type')) await handle(message.json<Stored>(), message.seq);
  await keepPosition(message.seq);
}
