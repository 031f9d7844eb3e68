import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { ConfigError, readConfig, rolesLeftOut } from '../src/config.ts';

const KEY = 'a-very-secret-key';

describe('the configuration', () => {
  it('listens on this machine only, as long as there is no API key', () => {
    assert.equal(readConfig({}).HOST, '127.0.0.1');
    assert.equal(readConfig({ HOST: '', API_KEY: '' }).HOST, '127.0.0.1');
    for (const HOST of ['127.0.0.1', 'localhost', '::1']) assert.equal(readConfig({ HOST }).HOST, HOST);
  });

  it('takes blanks for not set, and no blanks around an API key, which no request could bring', () => {
    const config = readConfig({ PORT: ' ', MONGO_URL: '\n', API_KEY: `${KEY}\n` });
    assert.deepEqual([config.PORT, config.MONGO_URL, config.API_KEY], [3_000, undefined, KEY]);
    assert.throws(() => readConfig({ API_KEY: `short${' '.repeat(20)}` }), ConfigError);
  });

  it('refuses to serve the network without an API key, and says how to mend it', () => {
    for (const HOST of ['0.0.0.0', '::', '192.168.1.5', 'wa.example', '127.0.0.1.evil.example', ' localhost'])
      assert.throws(
        () => readConfig({ HOST }),
        (error) => error instanceof ConfigError && /Set API_KEY .* or leave HOST out/.test(error.message),
        HOST,
      );
  });

  it('serves the network with one', () => {
    assert.equal(readConfig({ API_KEY: KEY }).HOST, '0.0.0.0');
    assert.equal(readConfig({ API_KEY: KEY, HOST: '192.168.1.5' }).HOST, '192.168.1.5');
  });

  it('takes the origins of pages as browsers write them, and nothing that is no origin', () => {
    const CORS_ORIGINS = 'https://App.example:443/, http://localhost:5173';
    const { CORS_ORIGINS: origins } = readConfig({ CORS_ORIGINS });
    assert.deepEqual([...origins], ['https://app.example', 'http://localhost:5173']);
    assert.equal(readConfig({}).CORS_ORIGINS.size, 0);
    for (const wrong of [
      '*',
      'null',
      'app.example',
      'https://app.example/path',
      'https://a.example,,',
      'ws://a',
    ])
      assert.throws(() => readConfig({ CORS_ORIGINS: wrong }), /CORS_ORIGINS.*: expected origins/, wrong);
  });

  it('delivers to private addresses only where nobody else can ask for it', () => {
    assert.equal(readConfig({}).WEBHOOK_ALLOW_PRIVATE, true);
    assert.equal(readConfig({ API_KEY: KEY }).WEBHOOK_ALLOW_PRIVATE, false);
    assert.equal(readConfig({ API_KEY: KEY, WEBHOOK_ALLOW_PRIVATE: 'true' }).WEBHOOK_ALLOW_PRIVATE, true);
    assert.equal(readConfig({ WEBHOOK_ALLOW_PRIVATE: 'false' }).WEBHOOK_ALLOW_PRIVATE, false);
  });

  it('has its documented defaults', () => {
    const config = readConfig({});
    assert.deepEqual(
      [
        config.PORT,
        config.DB_NAME,
        config.DATA_DIR,
        config.SEND_TTL,
        config.MAX_UPLOAD_MB,
        config.AUTO_CONNECT,
      ],
      [3_000, 'wildcat', resolve('.wildcat'), 86_400_000, 100, true],
    );
    assert.deepEqual(config.ROLES, ['api', 'gateway', 'projector', 'webhooks', 'media']);
    assert.ok(Object.isFrozen(config));
  });

  it('reads durations and lists', () => {
    assert.equal(readConfig({ SEND_TTL: '30m' }).SEND_TTL, 1_800_000);
    assert.deepEqual(readConfig({ ROLES: 'api, projector' }).ROLES, ['api', 'projector']);
  });

  it('tells which roles nobody has where a part of them is on servers of its own', () => {
    const leftOut = (env: Record<string, string>) => rolesLeftOut(readConfig(env));
    const shared = { NATS_URL: 'nats://host', MONGO_URL: 'mongodb://host' };
    assert.deepEqual(leftOut({}), []);
    assert.deepEqual(leftOut({ ROLES: 'api,projector' }), ['gateway', 'webhooks', 'media']);
    assert.deepEqual(leftOut({ ROLES: 'api', MONGO_URL: shared.MONGO_URL }).length, 4);
    assert.deepEqual(leftOut({ ROLES: 'api', ...shared }), []);
  });

  const wrong: readonly [string, string][] = [
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['API_KEY', 'short-secret'],
    ['SECRET_KEY', 'c2VjcmV0'],
    ['MONGO_URL', 'http://secret'],
    ['DB_NAME', 'a.secret'],
    ['SEND_TTL', 'secret'],
    ['ROLES', 'api,secret'],
    ['ROLES', 'api,media'],
    ['AUTO_CONNECT', 'secret'],
    ['WHATSAPP_SOCKET_URL', 'http://secret'],
    ['WHATSAPP_ROOT_KEY', 'secret'],
    ['PUBLIC_URL', 'ftp://secret'],
  ];
  for (const [name, value] of wrong)
    it(`names ${name} where it is wrong (${value}), not what it was set to`, () => {
      assert.throws(
        () => readConfig({ [name]: value }),
        (error) =>
          error instanceof ConfigError &&
          error.message.startsWith(`${name}`) &&
          !error.message.includes('secret'),
      );
    });
});
