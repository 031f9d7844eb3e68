import assert from 'node:assert/strict';
import { it } from 'node:test';
import { phoneProjection } from '../../src/projections/phone.ts';
import { asView } from '../../src/projections/projection.ts';
import * as make from '../support/events.ts';
import { type Given, projectionSpec, type Tables } from '../support/projection-spec.ts';

const given = projectionSpec(asView(phoneProjection));
const { ANN, ANN_PN, BOB, NOW } = make;

type CallType = `call.${'offered' | 'accepted' | 'rejected' | 'ended' | 'missed'}`;
const call = (type: CallType, at = 0): Given => ({
  type,
  data: { callId: 'C1', chat: ANN, from: ANN, isVideo: false, isGroup: false, timestamp: NOW + at },
});
const fate = (tables: Tables) => {
  const { status, endedAt, timestamp } = { ...tables.calls?.['shop/l100000000000001/C1'] };
  return { status, endedAt, timestamp };
};
const label = (tables: Tables) => tables.labels?.['shop/7'];
const saved: Given = { type: 'label.saved', data: { labelId: '7', name: 'New', color: 1 } };
const attached = (type: 'label.attached' | 'label.detached', over: object = {}): Given => ({
  type,
  data: { labelId: '7', chat: ANN, ...over },
});

for (const [events, status, endedAt] of [
  [[call('call.offered')], 'ringing', undefined],
  [[call('call.offered'), call('call.accepted', 3)], 'accepted', undefined],
  [[call('call.offered'), call('call.accepted', 3), call('call.ended', 9)], 'accepted', NOW + 9],
  [[call('call.offered'), call('call.rejected', 3), call('call.ended', 4)], 'rejected', NOW + 3],
  [[call('call.offered'), call('call.ended', 4), call('call.missed', 4)], 'missed', NOW + 4],
  [
    [call('call.offered'), call('call.missed', 4), call('call.ended', 5), call('call.offered')],
    'missed',
    NOW + 4,
  ],
] as const)
  it(`a call with ${events.length} signals is ${status}`, () =>
    given(...events).then((tables) => assert.deepEqual(fate(tables), { status, endedAt, timestamp: NOW })));

it('a call is told with who rang, and where', () =>
  given(call('call.offered')).then(({ calls }) => {
    const _id = 'shop/l100000000000001/C1';
    const about = { callId: 'C1', chat: ANN, from: ANN, isVideo: false, isGroup: false, timestamp: NOW };
    assert.deepEqual(calls, { [_id]: { _id, account: 'shop', ...about, seq: 1, status: 'ringing' } });
  }));

it('a label has its name, its color and all that it sticks on', () =>
  given(
    attached('label.attached'),
    attached('label.attached', { chat: BOB }),
    attached('label.attached', { messageId: 'M1' }),
    attached('label.attached', { messageId: 'M2' }),
    attached('label.attached', { messageId: 'M2', chat: BOB }),
    attached('label.attached', { messageId: 'M3' }),
    attached('label.detached', { messageId: 'M2', chat: ANN_PN }),
    saved,
  ).then((tables) => {
    const messages = [
      { chat: ANN, messageId: 'M1' },
      { chat: BOB, messageId: 'M2' },
      { chat: ANN, messageId: 'M3' },
    ];
    const about = { _id: 'shop/7', account: 'shop', labelId: '7', name: 'New', color: 1 };
    assert.deepEqual(label(tables), { ...about, chats: [ANN, BOB], messages });
  }));

it('a label sticks on chats and messages, whichever of their names is told', () =>
  given(
    saved,
    attached('label.attached'),
    attached('label.attached', { chat: ANN_PN }),
    attached('label.attached', { messageId: 'M1' }),
    attached('label.detached', { messageId: 'M2' }),
  ).then((tables) => {
    assert.deepEqual(label(tables)?.chats, [ANN_PN]);
    assert.deepEqual(label(tables)?.messages, [{ chat: ANN, messageId: 'M1' }]);
  }));

it('a label comes off, is renamed, and goes', async () => {
  await given(attached('label.attached'), saved, attached('label.detached', { chat: ANN_PN })).then(
    (tables) => assert.deepEqual([label(tables)?.chats, label(tables)?.name], [[], 'New']),
  );
  await given(saved, { type: 'label.deleted', data: { labelId: '7' } }).then((tables) =>
    assert.equal(label(tables), undefined),
  );
});

it('a deleted account has neither, and late facts of it make none', () =>
  given(make.created(), saved, call('call.offered'), make.deleted(), saved, call('call.missed')).then(
    (tables) => assert.deepEqual([tables.calls, tables.labels], [{}, {}]),
  ));

it('the next life of an account has its own, and none of the former', () =>
  given(
    ...[make.created(), make.deleted(), { ...make.created(), gen: 2 }],
    ...[call('call.offered'), { ...saved, gen: 2 }],
  ).then(({ calls, labels }) => assert.deepEqual([calls, Object.keys(labels ?? {})], [{}, ['shop/7']])));
