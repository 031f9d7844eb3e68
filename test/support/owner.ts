// A program for specs: owns a data directory as the service does, so that it can be killed.
// `node owner.js DATA_DIR INSTALL_DIR` prints what it serves, or why it doesn't, as one line of JSON.
import { startServices } from '../../src/adapters/services/services.ts';
import { silentLog } from './silent-log.ts';

const say = (fields: object) => void process.stdout.write(`${JSON.stringify(fields)}\n`);

const [dataDir = '', installDir = ''] = process.argv.slice(2);
try {
  const services = await startServices({ dataDir, installDir, durable: false, log: silentLog });
  say({ natsUrl: services.natsUrl, mongoUrl: services.mongoUrl });
  process.stdin.resume().once('end', () => void services.close().then(() => process.exit(0)));
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error) });
}
