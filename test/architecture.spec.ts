import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { NODE_FLAGS } from './support/service.ts';

/** Who may import whom. A folder always may import itself; compose sees everything. */
const ALLOWED: Record<string, readonly string[]> = {
  events: [],
  errors: [],
  config: [],
  ports: ['events'],
  commands: ['events', 'errors', 'ports'],
  projections: ['events', 'errors', 'ports'],
  queries: ['events', 'projections', 'ports'],
  reactors: ['events', 'errors', 'ports'],
  doors: ['events', 'errors', 'ports'],
  http: ['events', 'errors', 'ports', 'commands', 'queries', 'doors'],
  adapters: ['events', 'errors', 'ports'],
  archive: ['events', 'errors', 'ports'],
  cli: ['events', 'errors'],
  main: ['config', 'compose', 'errors', 'cli'],
};
/** Each vendor lives behind one wall; one without a line here belongs to adapters only. */
const VENDORS: Record<string, RegExp> = {
  koa: /^http\//,
  '@koa/router': /^http\//,
  '@koa/cors': /^http\//,
  '@koa/bodyparser': /^http\//,
  '@koa/multer': /^http\//,
  multer: /^http\//,
  'koa-helmet': /^http\//,
  qrcode: /^http\//,
  ws: /^http\//,
  '@whiskeysockets/baileys': /^adapters\/(baileys\/|mongo\/auth-store)/,
  '@nats-io/jetstream': /^adapters\/(jetstream\/|lease)/,
  '@nats-io/transport-node': /^adapters\/(jetstream\/|lease)/,
  '@nats-io/kv': /^adapters\/lease/,
  mongodb: /^(adapters\/(mongo|services)|queries)\//,
  pino: /^compose\/logger/,
  'pino-pretty': /^compose\/logger/,
  zod: /^(config\.ts|compose\/|http\/|events\/|archive\/|adapters\/)/,
};
/** The rooms of the sandbox, each of which stands on those before it. */
const SANDBOX = ['protocol', 'signal', 'server', 'phones', 'control', 'client'];
const MAX_LINES = 200;

const list = (root: string) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports = (path: string) =>
  [...readFileSync(path, 'utf8').matchAll(/(?:from|import|import\()\s*'([^'\s]+)'/g)].map(
    (match) => match[1] ?? '',
  );

const files = list('src');
const layer = (file: string) => (file.split('/')[0] ?? file).replace(/\.ts$/, '');
const edges = files.flatMap((file) => imports(join('src', file)).map((to) => ({ file, to })));
const local = edges
  .filter(({ to }) => to.startsWith('.'))
  .map(({ file, to }) => ({ file, to: join(dirname(file), to) }));

it('imports point one way', () => {
  const bad = local.filter(
    ({ file, to }) =>
      layer(file) !== layer(to) && layer(file) !== 'compose' && !ALLOWED[layer(file)]?.includes(layer(to)),
  );
  assert.deepEqual(bad, []);
});

it('keeps vendors behind their wall', () => {
  const bad = edges.filter(
    ({ file, to }) =>
      !to.startsWith('.') && !to.startsWith('node:') && !(VENDORS[to] ?? /^adapters\//).test(file),
  );
  assert.deepEqual(bad, []);
});

it('keeps service and sandbox strangers to each other', () => {
  const crossing = (root: string, other: string) =>
    list(root).flatMap((file) =>
      imports(join(root, file))
        .filter((to) => to.startsWith('.') && join(root, dirname(file), to).startsWith(`${other}/`))
        .map((to) => `${root}/${file} -> ${to}`),
    );
  assert.deepEqual([...crossing('src', 'sandbox'), ...crossing('sandbox', 'src')], []);
});

it('the console is a room of its own: plain modules that need nobody else, and that nobody imports', () => {
  const files = readdirSync('console');
  const scripts = files.filter((file) => file.endsWith('.js'));
  const known = new Set(scripts.map((file) => `./${file}`));
  const needed = scripts.flatMap((file) => imports(join('console', file)));
  assert.ok(needed.length > scripts.length);
  assert.deepEqual(
    needed.filter((to) => !known.has(to)),
    [],
  );
  const strangers = ['src', 'sandbox'].flatMap((root) =>
    list(root).filter((file) => imports(join(root, file)).some((to) => to.includes('console/'))),
  );
  assert.deepEqual(strangers, []);
  const html = readFileSync('console/index.html', 'utf8');
  for (const file of files.filter((each) => each.endsWith('.css')))
    assert.ok(html.includes(`console/${file}`), file);
});

it('the sandbox stands on its protocol, storey by storey', () => {
  const storey = (file: string) => SANDBOX.indexOf(file.split('/')[0] ?? '');
  const down = list('sandbox').flatMap((file) =>
    imports(join('sandbox', file))
      .filter((to) => to.startsWith('.'))
      .map((to) => ({ file, to: join(dirname(file), to) })),
  );
  assert.ok(down.some(({ file, to }) => storey(file) > storey(to) && storey(to) >= 0));
  assert.deepEqual(
    down.filter(({ file, to }) => storey(file) >= 0 && storey(file) < storey(to)),
    [],
  );
});

it('has no two rooms side by side that need each other', () => {
  const isAbove = (room: string, other: string) => room === '.' || other.startsWith(`${room}/`);
  const apart = local
    .map(({ file, to }) => [dirname(file), dirname(to)] as const)
    .filter(([room, other]) => room !== other && !isAbove(room, other) && !isAbove(other, room));
  const ways = new Set(apart.map(([room, other]) => `${room} -> ${other}`));
  const both = apart.filter(([room, other]) => ways.has(`${other} -> ${room}`));
  assert.ok(ways.size > 0);
  assert.deepEqual(both, []);
});

it('has no import cycles', () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    assert.ok(!path.includes(file), [...path, file].join(' -> '));
    if (done.has(file)) return;
    for (const edge of local.filter((candidate) => candidate.file === file)) visit(edge.to, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

it('reads the environment in config.ts only', () => {
  const bad = files.filter(
    (file) => file !== 'config.ts' && readFileSync(join('src', file), 'utf8').includes('process.env'),
  );
  assert.deepEqual(bad, []);
});

it(`stays small: ${MAX_LINES} lines a file`, () => {
  const lines = (path: string) => readFileSync(path, 'utf8').split('\n').length - 1;
  const sources = ['src', 'sandbox'].flatMap((root) => list(root).map((file) => join(root, file)));
  const pages = ['console', 'sandbox/page'].flatMap((root) =>
    readdirSync(root).map((file) => join(root, file)),
  );
  const long = [...sources, ...pages].filter((path) => lines(path) > MAX_LINES);
  assert.deepEqual(long, []);
});

it('has Node told the same in the image as by npm start', () => {
  const command = /^CMD (.*)$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1] ?? assert.fail('it has no CMD');
  for (const flag of NODE_FLAGS) assert.ok(command.includes(`"${flag}"`), flag);
});
