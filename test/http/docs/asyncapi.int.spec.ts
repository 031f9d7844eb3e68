import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { z } from 'zod';
import { decodeEvent, EVENT_TYPES } from '../../../src/events/codec.ts';
import { toPublicEvent } from '../../../src/events/public.ts';
import { versionOf } from '../../../src/events/upcast.ts';
import { asyncApiOf } from '../../../src/http/docs/asyncapi.ts';
import { get, withEdge } from '../../support/edge.ts';
import { connectedShop } from '../../support/http-deps.ts';
import { temporaryDirectory } from '../../support/service.ts';

const jsonSchema = z.record(z.string(), z.unknown());
const document = z.looseObject({
  asyncapi: z.literal('3.0.0'),
  channels: z.record(z.string(), z.looseObject({ address: z.string(), messages: jsonSchema })),
  components: z.object({ messages: jsonSchema, schemas: z.record(z.string(), jsonSchema) }),
});
const described = document.parse(asyncApiOf({ version: connectedShop().deps.version }));
const validator = (name: string): z.ZodType => {
  const schema = described.components.schemas[name];
  assert.ok(schema, name);
  return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
};
const golden = z.object({ seq: z.number(), subject: z.string(), stored: jsonSchema });

it('has every event of the catalogue at every way out, and nothing else', () => {
  const { live: _, stream, socket, ...log } = described.channels;
  assert.deepEqual(new Set(Object.keys(log)), new Set(EVENT_TYPES));
  for (const type of EVENT_TYPES) assert.equal(log[type]?.address, `wildcat.{account}.${type}.{entity}`);
  for (const door of [stream, socket])
    assert.deepEqual(new Set(Object.keys(door?.messages ?? {})), new Set(EVENT_TYPES));
});

it('describes what is stored and what is published: every golden event satisfies it', () => {
  for (const file of readdirSync(join('test', 'golden'))) {
    const { seq, subject, stored } = golden.parse(
      JSON.parse(readFileSync(join('test', 'golden', file), 'utf8')),
    );
    const type = String(stored.type);
    if (stored.v !== versionOf(type)) continue;
    validator('stored').parse(stored);
    validator(`data.${type}`).parse(stored.data);
    const published = toPublicEvent(decodeEvent(subject, seq, JSON.stringify(stored)), 1);
    validator('event').parse(published);
    validator(`public.${type}`).parse(published.data);
    assert.ok(!validator(`data.${type}`).safeParse('nonsense').success, type);
  }
});

it('shows no field that the doors leave out', () => {
  const names = JSON.stringify(described.components.schemas['public.message.send_requested']);
  for (const secret of ['pollSecret', 'quotedKey', 'bodyHash']) assert.ok(!names.includes(secret), secret);
  const properties = jsonSchema.parse(described.components.schemas.event?.properties);
  assert.ok('previous' in properties && !('raw' in properties));
});

it("is served as it is made, and satisfies redocly's linter", async () => {
  await withEdge(connectedShop().deps, async (ask) => {
    assert.deepEqual((await ask(get('/asyncapi.json'))).json, JSON.parse(JSON.stringify(described)));
  });
  const file = join(temporaryDirectory(), 'asyncapi.json');
  writeFileSync(file, JSON.stringify(described));
  const cli = join('node_modules', '@redocly', 'cli', 'bin', 'cli.js');
  const skipped = ['security-defined', 'info-contact'].flatMap((rule) => ['--skip-rule', rule]);
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'lint', file, ...skipped], {
    encoding: 'utf8',
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' },
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
});

it('names the address under which others reach the service', async () => {
  const { deps } = connectedShop();
  for (const [publicUrl, http, ws] of [
    ['https://w.example', { host: 'w.example', protocol: 'https' }, { host: 'w.example', protocol: 'wss' }],
    [
      'http://w.example:8080/wildcat',
      { host: 'w.example:8080', pathname: '/wildcat', protocol: 'http' },
      { host: 'w.example:8080', pathname: '/wildcat', protocol: 'ws' },
    ],
  ] as const)
    await withEdge({ ...deps, publicUrl }, async (ask) => {
      const { servers } = (await ask(get('/asyncapi.json'))).json as { servers: Record<string, unknown> };
      assert.deepEqual([servers.http, servers.ws], [http, ws]);
    });
});
