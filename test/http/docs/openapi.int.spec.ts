import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { z } from 'zod';
import type { Content } from '../../../src/events/messages.ts';
import { wildcatPayload } from '../../../src/events/webhook-payload.ts';
import { routesOf } from '../../../src/http/app.ts';
import { openApiOf } from '../../../src/http/docs/openapi.ts';
import { contracts } from '../../../src/http/schemas/contracts.ts';
import { DELIVERED, deliveredMessage } from '../../../src/http/schemas/delivered.ts';
import { EXAMPLES } from '../../../src/http/schemas/examples.ts';
import { noBody } from '../../../src/http/schemas/fields.ts';
import { fileInJson } from '../../../src/http/schemas/send-media.ts';
import { get, withEdge } from '../../support/edge.ts';
import { connectedShop } from '../../support/http-deps.ts';
import { temporaryDirectory } from '../../support/service.ts';

const operation = z.looseObject({
  operationId: z.string(),
  tags: z.array(z.string()),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })),
  responses: z.record(z.string(), z.unknown()),
});
const document = z.looseObject({
  openapi: z.literal('3.1.0'),
  info: z.looseObject({ version: z.string() }),
  tags: z.array(z.looseObject({ name: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  webhooks: z.record(z.string(), z.record(z.string(), operation)),
});

const served = async (): Promise<z.infer<typeof document>> => {
  let found: unknown;
  await withEdge(connectedShop().deps, async (ask) => {
    found = (await ask(get('/openapi.json'))).json;
  });
  return document.parse(found);
};

it('describes every route, its parameters and whatever it may answer', async () => {
  const { paths } = await served();
  const ids = new Set<string>();
  for (const { contract } of routesOf(connectedShop().deps)) {
    const path = contract.path.replace(/:([A-Za-z]+)/g, '{$1}');
    const described = paths[path]?.[contract.method];
    assert.ok(described, `${contract.method} ${contract.path} is not described`);
    ids.add(described.operationId);
    const names = (path.match(/\{\w+\}/g) ?? []).map((name) => name.slice(1, -1));
    const inPath = described.parameters.filter((one) => one.in === 'path').map(({ name }) => name);
    assert.deepEqual(new Set(inPath), new Set(names), contract.path);
    const expected = [...Object.keys(contract.responses), ...Object.keys(contract.errors), '500'];
    for (const status of expected) assert.ok(described.responses[status], `${contract.path} ${status}`);
  }
  assert.equal(ids.size, contracts.length, 'one operationId each');
});

it('says what numbers a query takes, and in which units fields are', async () => {
  const { paths } = await served();
  const limitOf = (path: string) =>
    paths[path]?.get?.parameters.find(({ name }) => name === 'limit')?.schema as object | undefined;
  assert.deepEqual(limitOf('/accounts/{accountId}/chats/{chatId}/messages'), {
    ...{ type: 'integer', minimum: 1, maximum: 200, description: '50 where it is missing.' },
  });
  assert.deepEqual(limitOf('/accounts/{accountId}/chats'), { type: 'integer', minimum: 1, maximum: 1_000 });
  const said = JSON.stringify(paths['/accounts/{accountId}/chats/{chatId}']?.get?.responses[200]);
  for (const text of ['Unix seconds, -1 for ever', 'Received and not read', 'Seconds after which'])
    assert.ok(said.includes(text), text);
});

it('shows an example of every body, and each of them is valid', () => {
  const bodies = contracts.filter(({ body }) => body !== noBody);
  assert.deepEqual(new Set(bodies.map(({ path }) => path)), new Set(Object.keys(EXAMPLES)));
  for (const { path, body, file } of bodies) {
    const example = EXAMPLES[path];
    // what a file in JSON becomes before the endpoint sees it
    const upload = file !== undefined && { ...fileInJson.parse(example), file: { staged: null, url: null } };
    const parsed = body.safeParse(upload || example);
    assert.ok(parsed.success, `${path}: ${parsed.error?.message}`);
  }
});

it('says what each media type looks like, and nothing of our own', async () => {
  const { paths } = await served();
  const { content } = z
    .object({ content: z.record(z.string(), z.object({ schema: z.looseObject({ type: z.string() }) })) })
    .parse(paths['/events']?.get?.responses[200]);
  const types = Object.entries(content).map(([type, { schema }]) => [type, schema.type]);
  assert.deepEqual(types, [
    ['application/json', 'object'],
    ['application/x-ndjson', 'string'],
  ]);
  assert.doesNotMatch(JSON.stringify(paths), /mediaTypes/);
});

it('describes a refusal with fields of its own, and beside it the plain one of the same status', async () => {
  const { paths } = await served();
  const refusals = z.object({
    content: z.object({
      'application/json': z.object({
        schema: z.object({
          anyOf: z.tuple([
            z.object({ required: z.array(z.string()) }),
            z.object({ $ref: z.literal('#/components/schemas/Failure') }),
          ]),
        }),
      }),
    }),
  });
  for (const [path, method, status, field] of [
    ['/accounts/{accountId}/message/send', 'post', 422, 'reason'],
    ['/ready', 'get', 503, 'reasons'],
  ] as const) {
    const { content } = refusals.parse(paths[path]?.[method]?.responses[status]);
    const [own] = content['application/json'].schema.anyOf;
    assert.ok(own.required.includes(field), path);
  }
});

it('describes the refusals that any request, or any write, may meet', async () => {
  const { paths } = await served();
  const statuses = (path: string, method: string) => Object.keys(paths[path]?.[method]?.responses ?? {});
  assert.ok(statuses('/accounts', 'get').includes('400'));
  assert.ok(!statuses('/accounts', 'get').includes('507'));
  assert.ok(statuses('/accounts', 'post').includes('507'));
  assert.ok(statuses('/events', 'get').includes('406'));
});

it('describes how a file comes: in a form, or in JSON that names or holds it', async () => {
  const { paths } = await served();
  const { content } = z
    .object({
      content: z.record(z.string(), z.object({ schema: z.looseObject({ properties: z.looseObject({}) }) })),
    })
    .parse(paths['/accounts/{accountId}/message/send/image']?.post?.requestBody);
  const fields = (type: string) => Object.keys(content[type]?.schema.properties ?? {});
  const about = ['to', 'caption', 'quotedMessageId', 'mentions'];
  assert.deepEqual(fields('multipart/form-data'), [...about, 'image']);
  assert.deepEqual(fields('application/json'), [...about, 'url', 'base64', 'mimetype', 'fileName']);
});

it('puts every operation under a heading, in an order for readers', async () => {
  const { paths, tags } = await served();
  const names = tags.map(({ name }) => name);
  assert.deepEqual(names.slice(0, 2), ['accounts', 'messages']);
  assert.equal(paths['/events']?.get?.tags[0], 'events');
  assert.equal(paths['/accounts/{accountId}/webhooks']?.post?.tags[0], 'webhooks');
  const used = Object.values(paths).flatMap((methods) => Object.values(methods).flatMap((one) => one.tags));
  assert.deepEqual(new Set(used), new Set(names));
});

it('says what webhooks are sent', async () => {
  const { webhooks } = await served();
  const { content } = z
    .object({
      content: z.record(z.string(), z.object({ schema: z.looseObject({ required: z.array(z.string()) }) })),
    })
    .parse(webhooks.delivery?.post?.requestBody);
  assert.deepEqual(Object.keys(content), ['application/json', 'application/cloudevents+json']);
  const contents: Content[] = [
    { type: 'text', text: 'Hello', mentions: ['1@lid'] },
    { type: 'image', text: null, caption: 'A cat', media: { mimetype: 'image/png' } },
    { type: 'text', text: 'Yes', quoted: { messageId: 'Q', participant: null, text: null, hasMedia: false } },
  ];
  for (const content of contents) {
    const told = {
      account: 'shop',
      waId: 'A',
      chat: { jid: '1@lid' },
      from: null,
      fromMe: false,
      timestamp: 1,
    };
    const sent = wildcatPayload({ ...told, content, createdAt: '2026-03-01T12:00:00.000Z' }, '');
    assert.deepEqual(deliveredMessage.parse(sent), sent);
    assert.deepEqual(Object.keys(sent), Object.keys(DELIVERED));
  }
});

const lint = z.object({
  problems: z.array(
    z.object({
      ruleId: z.string(),
      message: z.string(),
      location: z.array(z.object({ pointer: z.string() })),
    }),
  ),
});

it("satisfies redocly's linter, but for the socket, which no 2xx answers", () => {
  const file = join(temporaryDirectory(), 'openapi.json');
  writeFileSync(file, JSON.stringify(openApiOf(contracts, { server: '/', version: '1.0.0' })));
  const cli = join('node_modules', '@redocly', 'cli', 'bin', 'cli.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'lint', file, '--format=json'], {
    encoding: 'utf8',
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' },
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
  const found = lint.parse(JSON.parse(stdout)).problems.map(({ ruleId, location, message }) => {
    const at = location.map(({ pointer }) => pointer).join();
    return ruleId === 'operation-2xx-response' ? `${ruleId} ${at}` : `${ruleId} ${at} ${message}`;
  });
  // 101 is the only good answer that a WebSocket has, and the rule knows of no exception
  assert.deepEqual(found, ['operation-2xx-response #/paths/~1events~1ws/get/responses']);
});

it('is read in the browser without a single byte from elsewhere', async () => {
  await withEdge(connectedShop().deps, async (ask) => {
    const page = await ask(get('/docs'));
    assert.match(page.headers['content-type'] ?? '', /^text\/html/);
    // over plain HTTP a browser would look for the script where nobody speaks TLS
    assert.doesNotMatch(String(page.headers['content-security-policy']), /upgrade-insecure-requests/);
    const script = await ask(get('/docs/page.js'));
    assert.match(script.headers['content-type'] ?? '', /^text\/javascript/);
    assert.match(page.text, /<script src="docs\/page\.js">/);
    assert.doesNotMatch(`${page.text}${script.text}`, /https?:\/\/|innerHTML/);
  });
});
