import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { verify } from '../../sandbox/protocol/curve.ts';
import { makeRandom } from '../../sandbox/protocol/random.ts';
import {
  decryptFrom,
  encryptFor,
  makeSignalDevice,
  type SignalDevice,
  startSession,
  takeBundle,
} from '../../sandbox/signal/records.ts';
import { type Ciphertext, OldCounterError } from '../../sandbox/signal/session.ts';

const random = makeRandom('signal spec');
const pair = () => {
  const anna = makeSignalDevice(random);
  const ben = makeSignalDevice(random);
  startSession(anna, 'ben', takeBundle(ben, random), random);
  return { anna, ben };
};
const say = (from: SignalDevice, to: string, text: string) => encryptFor(from, to, Buffer.from(text));
const hear = (device: SignalDevice, from: string, ciphertext: Ciphertext) =>
  decryptFrom(device, from, ciphertext, random).toString();

it('opens a session with a pkmsg and goes on with msg once answered', () => {
  const { anna, ben } = pair();
  assert.equal(say(anna, 'ben', 'lost').type, 'pkmsg');
  const first = say(anna, 'ben', 'one');
  assert.equal(first.type, 'pkmsg');
  assert.equal(hear(ben, 'anna', first), 'one');
  const back = say(ben, 'anna', 'two');
  assert.equal(back.type, 'msg');
  assert.equal(hear(anna, 'ben', back), 'two');
  assert.equal(say(anna, 'ben', 'three').type, 'msg');
});

it('signs its bundles', () => {
  const device = makeSignalDevice(random);
  const { identity, signedPreKey } = takeBundle(device, random);
  const claim = Buffer.concat([Buffer.from([5]), signedPreKey.public]);
  assert.ok(verify(identity, claim, signedPreKey.signature));
  assert.ok(!verify(identity, Buffer.concat([claim, claim]), signedPreKey.signature));
  assert.ok(!verify(makeSignalDevice(random).identity.public, claim, signedPreKey.signature));
});

it('decrypts messages that come in any order, each once', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(
        Array.from({ length: 12 }, (_, at) => at),
        { minLength: 12 },
      ),
      (order) => {
        const { anna, ben } = pair();
        hear(ben, 'anna', say(anna, 'ben', 'open'));
        const sent = order.map((_, at) => say(anna, 'ben', `number ${at}`));
        for (const at of order) {
          const one = sent[at];
          assert.ok(one);
          assert.equal(hear(ben, 'anna', one), `number ${at}`);
          assert.throws(() => hear(ben, 'anna', one), OldCounterError);
        }
      },
    ),
    { numRuns: 25 },
  );
});

it('survives every interleaving of two talkers', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), (turns) => {
      const { anna, ben } = pair();
      hear(ben, 'anna', say(anna, 'ben', 'open'));
      const wires: [Ciphertext[], Ciphertext[]] = [[], []];
      turns.forEach((annaSpeaks, at) => {
        if (annaSpeaks) wires[0].push(say(anna, 'ben', `a${at}`));
        else wires[1].push(say(ben, 'anna', `b${at}`));
        // what is on the wire arrives at every third turn only
        if (at % 3 !== 0) return;
        for (const one of wires[0].splice(0)) assert.match(hear(ben, 'anna', one), /^a/);
        for (const one of wires[1].splice(0)) assert.match(hear(anna, 'ben', one), /^b/);
      });
    }),
    { numRuns: 50 },
  );
});

it('is not changed by a damaged message', () => {
  const { anna, ben } = pair();
  hear(ben, 'anna', say(anna, 'ben', 'open'));
  hear(anna, 'ben', say(ben, 'anna', 'answered'));
  const good = say(anna, 'ben', 'good');
  assert.equal(good.type, 'msg');
  const before = ben.records.get('anna');
  for (const at of [good.body.length - 1, good.body.length - 12]) {
    const body = Buffer.from(good.body);
    body.writeUInt8(body.readUInt8(at) ^ 1, at);
    assert.throws(() => hear(ben, 'anna', { ...good, body }), /Bad MAC/);
  }
  assert.equal(ben.records.get('anna'), before);
  assert.equal(hear(ben, 'anna', good), 'good');
});

it('still reads messages of a session that was replaced', () => {
  const { anna, ben } = pair();
  hear(ben, 'anna', say(anna, 'ben', 'open'));
  const old = say(anna, 'ben', 'from the old session');
  startSession(anna, 'ben', takeBundle(ben, random), random);
  assert.equal(hear(ben, 'anna', say(anna, 'ben', 'new')), 'new');
  assert.equal(hear(ben, 'anna', old), 'from the old session');
});

it('still reads a late message after the ratchet has gone round twice', () => {
  const { anna, ben } = pair();
  hear(ben, 'anna', say(anna, 'ben', 'open'));
  hear(anna, 'ben', say(ben, 'anna', 'answered'));
  hear(ben, 'anna', say(anna, 'ben', 'one'));
  const late = say(anna, 'ben', 'late');
  for (let turn = 0; turn < 2; turn++) {
    hear(anna, 'ben', say(ben, 'anna', 'ping'));
    hear(ben, 'anna', say(anna, 'ben', 'pong'));
  }
  assert.equal(hear(ben, 'anna', late), 'late');
});
