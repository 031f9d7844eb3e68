import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { has } from '../support/programs.ts';
import { temporaryDirectory } from '../support/service.ts';

const file = (name: string): string => join('examples', 'verify', name);
const DOCS = readFileSync(join('docs', 'events.md'), 'utf8');

const key = randomBytes(32);
const SECRET = `whsec_${key.toString('base64')}`;
const BODY = '{"text":"Grüße 🐈","n":1}';
const now = (): string => String(Math.floor(Date.now() / 1_000));
/** Standard Webhooks 1.0.0: HMAC-SHA256 over id, timestamp and body. */
const sign = (id: string, timestamp: string, by = key): string =>
  `v1,${createHmac('sha256', by).update(`${id}.${timestamp}.${BODY}`).digest('base64')}`;

const directory = temporaryDirectory();
const binary = join(directory, 'verify');
type Language = Readonly<{
  name: string;
  /** Made once before it runs. */
  build?: readonly string[];
  command: readonly string[];
  skip: boolean;
}>;
const LANGUAGES: readonly Language[] = [
  { name: 'verify.mjs', command: [process.execPath, file('verify.mjs')], skip: false },
  { name: 'verify.py', command: ['python3', file('verify.py')], skip: !has('python3', '--version') },
  {
    name: 'verify.go',
    build: ['go', 'build', '-o', binary, file('verify.go')],
    command: [binary],
    skip: !has('go', 'version'),
  },
  {
    name: 'Verify.java',
    build: ['javac', '-d', directory, file('Verify.java')],
    command: ['java', '-cp', directory, 'Verify'],
    skip: !has('javac', '-version'),
  },
];

type Case = readonly [
  why: string,
  genuine: boolean,
  id: string,
  timestamp: string,
  signature: string,
  body: string,
];
const cases = (): readonly Case[] => {
  const t = now();
  const old = String(Number(t) - 400);
  const other = randomBytes(32);
  return [
    ['genuine', true, 'msg_1', t, sign('msg_1', t), BODY],
    ['rotated secret', true, 'msg_1', t, `${sign('msg_1', t, other)} ${sign('msg_1', t)}`, BODY],
    ['other secret', false, 'msg_1', t, sign('msg_1', t, other), BODY],
    ['other id', false, 'msg_2', t, sign('msg_1', t), BODY],
    ['other body', false, 'msg_1', t, sign('msg_1', t), BODY.replace('1', '2')],
    ['too old', false, 'msg_1', old, sign('msg_1', old), BODY],
    ['no time', false, 'msg_1', 'x', sign('msg_1', 'x'), BODY],
    ['no version', false, 'msg_1', t, sign('msg_1', t).slice(3), BODY],
    ['a time without end', false, 'msg_1', '9'.repeat(400), sign('msg_1', t), BODY],
    ['no ASCII', false, 'msg_1', t, 'v1,é', BODY],
    ['nothing', false, 'msg_1', t, '', BODY],
  ];
};

const run = ([program = '', ...args]: readonly string[], input = '') =>
  spawnSync(program, args, { input, encoding: 'utf8' });

for (const { name, build, command, skip } of LANGUAGES)
  describe(name, () => {
    it('tells genuine webhooks from all others', { skip: skip && 'not on this machine' }, () => {
      if (build !== undefined) {
        const { status, stderr } = run(build);
        assert.equal(status, 0, stderr);
      }
      for (const [why, genuine, id, timestamp, signature, body] of cases()) {
        const { status, stderr } = run([...command, SECRET, id, timestamp, signature], body);
        assert.equal(status, genuine ? 0 : 1, `${why}: ${stderr}`);
        assert.equal(stderr, '', why);
      }
    });

    it('stands in the documentation word for word', () => {
      const source = readFileSync(file(name), 'utf8').trim();
      assert.ok(DOCS.includes(`\n${source}\n\`\`\``), `docs/events.md does not show examples/verify/${name}`);
    });
  });

/** Programs that take the function in, and say what it makes of a genuine webhook, and of one without its signature. */
const IMPORTING: readonly Omit<Language, 'build'>[] = [
  {
    name: 'verify.mjs',
    command: [
      process.execPath,
      '--input-type=module',
      '-e',
      `import { verify } from './examples/verify/verify.mjs';
       const [secret, id, timestamp, signature, body] = process.argv.slice(1);
       console.log(verify(secret, { id, timestamp, signature }, body), verify(secret, { id, timestamp }, body));`,
    ],
    skip: false,
  },
  {
    name: 'verify.py',
    command: [
      'python3',
      '-c',
      `import sys; sys.path.insert(0, 'examples/verify'); from verify import verify
secret, id, timestamp, signature, body = sys.argv[1:]
print(*(str(verify(secret, id, timestamp, one, body.encode())).lower() for one in (signature, None)))`,
    ],
    skip: !has('python3', '--version'),
  },
];

for (const { name, command, skip } of IMPORTING)
  it(`${name} can be imported, and takes no missing signature`, { skip }, () => {
    const t = now();
    const { stdout, stderr } = run([...command, SECRET, 'msg_1', t, sign('msg_1', t), BODY]);
    assert.deepEqual([stdout.trim(), stderr], ['true false', '']);
  });
