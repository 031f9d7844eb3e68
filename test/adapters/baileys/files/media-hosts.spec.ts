import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { WASocket } from '@whiskeysockets/baileys';
import { createMediaHosts } from '../../../../src/adapters/baileys/files/media-hosts.ts';
import { hasCode } from '../../../../src/errors.ts';

const HOST = { tag: 'host', attrs: { hostname: 'mmg.example', maxContentLengthBytes: '100' } };
const NAMED = {
  tag: 'iq',
  attrs: {},
  content: [{ tag: 'media_conn', attrs: { auth: 'token', ttl: '60' }, content: [HOST] }],
};

/** Hosts of a WhatsApp that answers (or not) as the spec says. */
const ask = () => {
  const world = { answers: true, questions: 0, ms: 0 };
  const query = async () => {
    world.questions++;
    return world.answers ? NAMED : undefined;
  };
  return { world, hosts: createMediaHosts(query as WASocket['query'], () => new Date(world.ms)) };
};

it('asks once for as long as the answer holds, and anew on demand', async () => {
  const { world, hosts } = ask();
  const [named] = await Promise.all([hosts(false), hosts(false)]);
  assert.deepEqual(named, {
    hosts: [{ hostname: 'mmg.example', maxContentLengthBytes: 100 }],
    auth: 'token',
    ttl: 60,
    fetchDate: new Date(0),
  });
  world.ms = 60_000;
  await hosts(false);
  assert.equal(world.questions, 1);
  world.ms++;
  await Promise.all([hosts(false), hosts(false)]);
  assert.equal(world.questions, 2);
  await hosts(true);
  assert.equal(world.questions, 3);
});

it('asks again after a question without an answer, which is no refusal', async () => {
  const { world, hosts } = ask();
  world.answers = false;
  await assert.rejects(hosts(false), (error) => hasCode(error, 'unavailable'));
  world.answers = true;
  assert.equal((await hosts(false)).auth, 'token');
});
