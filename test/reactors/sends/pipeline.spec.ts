import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { WildcatError } from '../../../src/errors.ts';
import type { PreparedSend, RelayOutcome, SendRequested, Session } from '../../../src/ports/whatsapp.ts';
import { createPipeline } from '../../../src/reactors/sends/pipeline.ts';
import { requested } from '../support/sends.ts';

const request = (waId: string): SendRequested => {
  const event = requested(1, waId);
  return event.type === 'message.send_requested' ? event : assert.fail();
};
const bytes = (waId: string, from: string): PreparedSend => ({
  ...{ waId, to: 'somebody', attributes: {} },
  message: Buffer.from(from),
});

/** A session whose preparations and acks come when the spec says so. */
const scripted = () => {
  const prepares = new Map<string, { resolve: (send: PreparedSend) => void; reject: (e: Error) => void }>();
  const acks = new Map<string, (outcome: RelayOutcome) => void>();
  const relayed: string[] = [];
  const lost = new Set<string>();
  const session: Session = {
    reach: async (to) => {
      if (lost.has(to)) throw new WildcatError('unavailable', 'no answer');
    },
    prepare: ({ data }) => new Promise((resolve, reject) => prepares.set(data.waId, { resolve, reject })),
    relay: (send, _request, attempt) => {
      relayed.push(`${send.waId} ${attempt} ${Buffer.from(send.message).toString()}`);
      return new Promise((resolve) => acks.set(send.waId, resolve));
    },
    reupload: async (raw) => raw,
    close: async () => undefined,
    logout: async () => true,
    lastEventAt: () => null,
  };
  return { prepares, acks, relayed, lost, session };
};
const emptyOutbox = { find: async () => null };

it('relays in the order of the calls, however long each preparation takes, and awaits acks side by side', async () => {
  const { prepares, acks, relayed, session } = scripted();
  const deliver = createPipeline(session, emptyOutbox);
  const [a, b] = [deliver(request('a'), 1), deliver(request('b'), 1)];
  await turn();
  prepares.get('b')?.resolve(bytes('b', 'new'));
  await turn();
  assert.deepEqual(relayed, []);
  prepares.get('a')?.resolve(bytes('a', 'new'));
  await turn();
  assert.deepEqual(relayed, ['a 1 new', 'b 1 new']);
  acks.get('b')?.({ kind: 'acked', at: 2 });
  assert.deepEqual(await b, { kind: 'acked', at: 2 });
  acks.get('a')?.({ kind: 'unknown', reason: 'closed' });
  assert.deepEqual(await a, { kind: 'unknown', reason: 'closed' });
});

it('goes on with the next where one can not be prepared, telling whether that is for good', async () => {
  const { prepares, relayed, session } = scripted();
  const deliver = createPipeline(session, emptyOutbox);
  const [a, b] = [deliver(request('a'), 1), deliver(request('b'), 1)];
  void deliver(request('c'), 1);
  await turn();
  prepares.get('a')?.reject(new WildcatError('refused', 'never'));
  prepares.get('b')?.reject(new Error('not now'));
  prepares.get('c')?.resolve(bytes('c', 'new'));
  assert.deepEqual(await a, { kind: 'unprepared', failure: 'prepare', reason: 'never' });
  assert.deepEqual(await b, { kind: 'unprepared', failure: null, reason: 'not now' });
  await turn();
  assert.deepEqual(relayed, ['c 1 new']);
});

it('relays nothing while the way to its recipient is not known, and goes on with the next', async () => {
  const { prepares, relayed, lost, session } = scripted();
  const deliver = createPipeline(session, emptyOutbox);
  lost.add('nowhere');
  const a = deliver(request('a'), 1);
  void deliver(request('b'), 1);
  await turn();
  prepares.get('a')?.resolve({ ...bytes('a', 'new'), to: 'nowhere' });
  prepares.get('b')?.resolve(bytes('b', 'new'));
  assert.deepEqual(await a, { kind: 'unprepared', failure: null, reason: 'no answer' });
  await turn();
  assert.deepEqual(relayed, ['b 1 new']);
});

it('sends the stored bytes again, and prepares anew only where there are none', async () => {
  const { prepares, relayed, session } = scripted();
  const outbox = {
    find: async (_account: string, waId: string) => (waId === 'a' ? bytes('a', 'kept') : null),
  };
  const deliver = createPipeline(session, outbox);
  void deliver(request('a'), 2);
  void deliver(request('b'), 2);
  await turn();
  assert.deepEqual([...prepares.keys()], ['b']);
  prepares.get('b')?.resolve(bytes('b', 'new'));
  await turn();
  assert.deepEqual(relayed, ['a 2 kept', 'b 2 new']);
});

it('calls nothing failed that may have left before, whatever is learnt of its recipient since', async () => {
  const { session } = scripted();
  const reach = async (): Promise<void> => {
    throw new WildcatError('refused', 'not on WhatsApp?');
  };
  const deliver = createPipeline({ ...session, reach }, { find: async () => bytes('a', 'stored') });
  assert.deepEqual(await deliver(request('a'), 2), { kind: 'unknown', reason: 'not on WhatsApp?' });
});
