import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats } from '../../../src/adapters/jetstream/connect.ts';
import { createCaller, createCallServer } from '../../../src/adapters/jetstream/session-calls.ts';
import { WildcatError } from '../../../src/errors.ts';
import type { GroupInfo, SessionActs } from '../../../src/ports/session-calls.ts';
import { startNats, type TestServer } from '../../support/servers.ts';
import { silentLog } from '../../support/silent-log.ts';

let nats: TestServer;
let nc: NatsConnection;
before(async () => {
  nats = await startNats();
  nc = await connectNats({ url: nats.url, name: 'spec' }, silentLog);
});
after(async () => {
  await nc.close();
  await nats.stop();
});

const refuse = () => Promise.reject(new WildcatError('not_found', 'No such thing'));
const NO_ACTS: SessionActs = {
  ...{
    read: refuse,
    presence: refuse,
    chatSettings: refuse,
    chatRemove: refuse,
    star: refuse,
    check: refuse,
    block: refuse,
    callReject: refuse,
    pairingCode: refuse,
  },
  ...{ groups: refuse, group: refuse, groupCreate: refuse, groupParticipants: refuse, groupChange: refuse },
  ...{ groupRequests: refuse, groupAnswer: refuse },
  ...{ groupInvite: refuse, groupJoin: refuse, groupLeave: refuse },
  ...{ picture: refuse, pictureChange: refuse, profile: refuse, profileChange: refuse },
};
/** 1.6 MB of groups: NATS takes 1 MiB a message. */
const GROUPS: readonly GroupInfo[] = Array.from({ length: 20 }, (_, n) => ({
  ...{ groupId: `1203630000000000${n}@g.us`, subject: `Fußball ${n}`, description: null, owner: null },
  ...{ createdAt: 1, announce: false, locked: false, memberAdd: false, joinApproval: false, disappearing: 0 },
  participants: Array.from({ length: 1_000 }, (_, m) => ({
    ...{ id: `49151${String(m).padStart(8, '0')}@s.whatsapp.net`, lid: `${m}@lid`, role: 'member' as const },
  })),
}));

it('gives an answer that is larger than a message of NATS may be', async (t) => {
  t.after(createCallServer(nc, silentLog)('shop', { ...NO_ACTS, groups: async () => GROUPS }));
  assert.deepEqual(await createCaller(nc)('shop', 'groups', {}), GROUPS);
});

it('tells what WhatsApp refused, and where nobody holds the connection', async (t) => {
  t.after(createCallServer(nc, silentLog)('shop', NO_ACTS));
  const call = createCaller(nc);
  await assert.rejects(call('shop', 'group', { jid: '1@g.us' }), {
    code: 'not_found',
    message: 'No such thing',
  });
  await assert.rejects(call('nobody', 'groups', {}), { code: 'not_connected' });
});

it('takes no answer of which a part was lost', async (t) => {
  const picture = async () => 'A'.repeat(1_000_000);
  t.after(createCallServer(nc, silentLog)('whole', { ...NO_ACTS, picture }));
  const relay = nc.subscribe('wildcat-call.lossy');
  t.after(() => relay.unsubscribe());
  // as if the caller had been away while the second part came
  const relayOne = async (): Promise<void> => {
    for await (const asked of relay) {
      let nth = 0;
      const strategy = { strategy: 'sentinel', maxWait: 10_000 } as const;
      for await (const part of await nc.requestMany('wildcat-call.whole', asked.data, strategy)) {
        nth++;
        if (nth !== 2) asked.respond(part.data, part.headers && { headers: part.headers });
      }
    }
  };
  const relayed = relayOne();
  const ask = { jid: null, small: false };
  assert.equal((await createCaller(nc)('whole', 'picture', ask)).length, 1_000_000);
  await assert.rejects(createCaller(nc)('lossy', 'picture', ask), { code: 'unavailable' });
  relay.unsubscribe();
  await relayed;
});

it('tells no caller what went wrong within', async (t) => {
  const acts = {
    ...NO_ACTS,
    groups: () => Promise.reject(new Error('a secret')),
    profile: () => Promise.reject(new WildcatError('misconfigured', 'a secret')),
  };
  t.after(createCallServer(nc, silentLog)('shop', acts));
  const call = createCaller(nc);
  const noAnswer = { code: 'unavailable', message: 'WhatsApp did not answer' };
  await assert.rejects(call('shop', 'groups', {}), noAnswer);
  await assert.rejects(call('shop', 'profile', {}), noAnswer);
});

it('refuses a call that only a newer node knows', async (t) => {
  t.after(createCallServer(nc, silentLog)('shop', NO_ACTS));
  await assert.rejects(createCaller(nc)('shop', 'newer' as 'groups', {}), { code: 'refused' });
});

it('answers no more once it was told to stop', async () => {
  const stop = createCallServer(nc, silentLog)('shop', NO_ACTS);
  await assert.rejects(createCaller(nc)('shop', 'groups', {}), { code: 'not_found' });
  stop();
  await assert.rejects(createCaller(nc)('shop', 'groups', {}), { code: 'not_connected' });
});
