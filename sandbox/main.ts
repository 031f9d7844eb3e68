import { z } from 'zod';
import { startSandbox } from './server.ts';

const settings = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3100),
  MEDIA_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  HOST: z
    .enum(['127.0.0.1', 'localhost', '::1'], 'the sandbox listens on loopback only')
    .default('127.0.0.1'),
  SEED: z.string().optional(),
  DATA: z.string().min(1).optional(),
  /** A Wildcat whose waiting accounts are to be picked on the page. */
  WILDCAT_URL: z.url({ protocol: /^https?$/ }).optional(),
  WILDCAT_API_KEY: z.string().min(1).optional(),
});

/** `--port 3200` says the same as PORT=3200. */
const fromFlags = (args: readonly string[]): Record<string, string> => {
  const given: Record<string, string> = {};
  args.forEach((arg, at) => {
    const [name, value] = arg.replace(/^--/, '').split('=');
    const next = value ?? args[at + 1];
    if (arg.startsWith('--') && name !== undefined && next !== undefined)
      given[name.toUpperCase().replaceAll('-', '_')] = next;
  });
  return given;
};

const parsed = settings.safeParse({ ...process.env, ...fromFlags(process.argv.slice(2)) });
if (!parsed.success) {
  for (const issue of parsed.error.issues)
    console.error(`sandbox: ${issue.path.join('.')}: ${issue.message}`);
  process.exit(2);
}
const { PORT, MEDIA_PORT, HOST, SEED, DATA, WILDCAT_URL, WILDCAT_API_KEY } = parsed.data;
const sandbox = await startSandbox({
  port: PORT,
  mediaPort: MEDIA_PORT,
  host: HOST,
  onError: (error) => console.error('sandbox: cut a client off:', error),
  ...(SEED === undefined ? {} : { seed: SEED }),
  ...(DATA === undefined ? {} : { data: DATA }),
  ...(WILDCAT_URL === undefined
    ? {}
    : { wildcat: { url: WILDCAT_URL.replace(/\/$/, ''), apiKey: WILDCAT_API_KEY } }),
}).catch((error: unknown) => {
  console.error(`sandbox: ${error instanceof Error ? error.message : String(error)}`);
  return process.exit(1);
});

console.log(`sandbox listening on ${sandbox.controlUrl}`);
console.log(`WHATSAPP_SOCKET_URL=${sandbox.url}`);
console.log(`WHATSAPP_ROOT_KEY=${sandbox.rootKey}`);
console.log(`WHATSAPP_CA=${sandbox.caFile}`);
console.log(`Open ${sandbox.controlUrl} in a browser to use its phones, or make one by hand:`);
console.log(
  `curl -X POST ${sandbox.controlUrl}/phones -H 'content-type: application/json' ` +
    `-d '{"number":"4915112345678","name":"Anna"}'`,
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    sandbox.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
