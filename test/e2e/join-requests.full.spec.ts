import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openFriends } from '../support/friends.ts';
import { jidOf } from '../support/world.ts';

type Fields = Record<string, unknown>;

const { service, anna, bert, group: theirs } = await openFriends('shop');

const ok = async (method: string, path: string, body?: object): Promise<Fields> => {
  const answer = await service.send(method, `/accounts/shop${path}`, body);
  assert.ok([200, 201].includes(answer.status), `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
};

it('lets people in who ask for it, turns them down, and says who does not ask', async () => {
  const { group } = await ok('POST', '/groups', { subject: 'Closed' });
  const { groupId } = group as { groupId: string };
  const requests = `/groups/${groupId}/requests`;
  await ok('PUT', `/groups/${groupId}/settings`, { joinApproval: true });
  assert.deepEqual((await ok('GET', requests)).requests, []);

  const { code } = await ok('GET', `/groups/${groupId}/invite`);
  for (const phone of [anna, bert]) assert.equal((await phone.join(String(code))).waiting, true);
  const waiting = (await ok('GET', requests)).requests as Fields[];
  assert.deepEqual(new Set(waiting.map(({ id }) => id)), new Set([jidOf(anna), jidOf(bert)]));
  for (const { lid, at, method } of waiting) {
    assert.match(String(lid), /^\d+@lid$/);
    assert.ok(Number(at) > 1_700_000_000);
    assert.equal(method, 'invite_link');
  }

  const answer = (action: string, participants: readonly string[]) =>
    ok('POST', requests, { action, participants });
  assert.deepEqual((await answer('approve', [`+${anna.number}`])).participants, [
    { id: jidOf(anna), status: 200 },
  ]);
  assert.deepEqual((await answer('reject', [jidOf(bert)])).participants, [{ id: jidOf(bert), status: 200 }]);
  assert.deepEqual((await answer('approve', [bert.number])).participants, [{ id: jidOf(bert), status: 404 }]);
  assert.deepEqual((await ok('GET', requests)).requests, []);
  const { group: now } = await ok('GET', `/groups/${groupId}`);
  const members = (now as { participants: Fields[] }).participants.map(({ id }) => id);
  assert.deepEqual([members.includes(jidOf(anna)), members.includes(jidOf(bert))], [true, false]);
});

it('is for admins', async () => {
  for (const [method, body] of [
    ['GET', undefined],
    ['POST', { action: 'approve', participants: [bert.number] }],
  ] as const) {
    const answer = await service.send(method, `/accounts/shop/groups/${theirs}/requests`, body);
    assert.deepEqual([answer.status, answer.body.error], [403, 'WhatsApp does not allow this']);
  }
  const wrong = await service.send('POST', `/accounts/shop/groups/${theirs}/requests`, { action: 'x' });
  assert.deepEqual([wrong.status, wrong.body.error], [400, 'action must be approve or reject']);
});
