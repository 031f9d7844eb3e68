import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createLanes, type Entry, type Lanes } from '../../../src/reactors/webhooks/lanes.ts';

const entry = (seq: number, lane: string, parked = false): Entry => ({
  ...{ seq, previous: seq - 1, at: seq, lane, account: 'shop', failed: 0, event: null, parked },
});
const taken = (lanes: Lanes, now = 0): number[] => {
  const seqs: number[] = [];
  for (let one = lanes.take(now); one !== null; one = lanes.take(now)) seqs.push(one.seq);
  return seqs;
};

describe('the lanes of a webhook', () => {
  it('give one at a time of each lane, in order', () => {
    const lanes = createLanes();
    const [one, two, three] = [entry(1, 'a'), entry(2, 'a'), entry(3, 'b')];
    for (const each of [one, two, three]) lanes.add(each);
    assert.deepEqual(taken(lanes), [1, 3]);
    lanes.done(one);
    assert.deepEqual(taken(lanes), [2]);
    assert.equal(lanes.oldest()?.seq, 2);
    lanes.done(two);
    lanes.done(three);
    assert.equal(lanes.oldest(), null);
    assert.deepEqual(lanes.counts(), { held: 0, parked: 0 });
  });

  it('let a lane wait for its head, and only that one', () => {
    const lanes = createLanes();
    const [one, two, three] = [entry(1, 'a'), entry(2, 'a'), entry(3, 'b')];
    for (const each of [one, two, three]) lanes.add(each);
    taken(lanes);
    assert.deepEqual(lanes.failed(one), [one, two]);
    assert.ok(lanes.isWaiting('a') && !lanes.isWaiting('b'));
    assert.deepEqual(lanes.parked([one, two]), []);
    lanes.postponed(one, 100);
    assert.equal(lanes.oldest()?.seq, 3);
    assert.deepEqual(lanes.counts(), { held: 1, parked: 2 });
    assert.deepEqual(taken(lanes, 99), []);
    assert.deepEqual(taken(lanes, 100), [1]);
    assert.equal(one.failed, 1);
  });

  it('put what was parked first before what is read again', () => {
    const lanes = createLanes();
    lanes.add(entry(3, 'a', true), 50);
    assert.equal(lanes.oldest(), null);
    lanes.add(entry(2, 'a'));
    assert.ok(lanes.has(3) && lanes.isWaiting('a'));
    assert.deepEqual(taken(lanes, 49), []);
    assert.deepEqual(taken(lanes, 50), [2]);
  });

  it('take what has two names behind what is due by either', () => {
    const lanes = createLanes();
    const one = entry(1, 'b');
    assert.equal(lanes.choose('a', 'b'), 'a');
    lanes.add(one);
    assert.equal(lanes.choose('a', 'b'), 'b');
    taken(lanes);
    lanes.failed(one);
    assert.equal(lanes.choose('a', 'b'), 'b');
    lanes.done(one);
    assert.equal(lanes.choose('a', 'b'), 'a');
  });

  it('tell what was done before it was parked', () => {
    const lanes = createLanes();
    const one = entry(1, 'a');
    lanes.add(one);
    taken(lanes);
    lanes.done(one);
    assert.deepEqual(lanes.parked([one]), [one]);
  });

  it('go on with what was admitted before the one under way', () => {
    const lanes = createLanes();
    const [two, three] = [entry(2, 'a'), entry(3, 'a')];
    lanes.add(three);
    assert.deepEqual(taken(lanes), [3]);
    lanes.add(two);
    assert.deepEqual(taken(lanes), [], 'one at a time');
    lanes.done(three);
    assert.deepEqual(taken(lanes), [2]);
    lanes.done(two);
    assert.deepEqual(taken(lanes), []);
  });

  it('wake each in its time, and once', () => {
    const lanes = createLanes();
    const both = [entry(1, 'a'), entry(2, 'b')];
    for (const each of both) lanes.add(each);
    taken(lanes);
    both.forEach((each, index) => {
      lanes.failed(each);
      lanes.postponed(each, 100 * (index + 1));
    });
    assert.deepEqual(taken(lanes, 100), [1]);
    assert.deepEqual(taken(lanes, 200), [2], 'the first is under way');
  });

  it('keep of what is parked its place only', () => {
    const lanes = createLanes();
    const [one, two] = [{ ...entry(1, 'a'), event: {} as Entry['event'] }, entry(2, 'b')];
    for (const each of [one, two]) lanes.add(each);
    taken(lanes);
    lanes.parked(lanes.failed(one));
    assert.deepEqual([one.parked, one.event, lanes.oldest()?.seq, lanes.oldestAt()], [true, null, 2, 1]);
    assert.deepEqual(lanes.failed(one), [], 'no second time');
    assert.ok(lanes.has(1) && lanes.has(2) && !lanes.has(3));
    lanes.done(one);
    assert.deepEqual([lanes.counts(), lanes.oldestAt()], [{ held: 1, parked: 0 }, 2]);
    lanes.done(two);
    assert.equal(lanes.oldestAt(), null);
  });

  it('give each of very many, once', () => {
    const lanes = createLanes();
    const seqs = Array.from({ length: 5_000 }, (_, n) => n + 1);
    for (const seq of seqs) lanes.add(entry(seq, `l${seq}`));
    assert.deepEqual(taken(lanes), seqs);
  });

  it('lose nothing and keep every lane in order, whatever fails', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.nat(2)), { maxLength: 60 }),
        fc.infiniteStream(fc.boolean()),
        (plan, luck) => {
          const lanes = createLanes();
          const came: Entry[] = [];
          let now = 0;
          const work = (): void => {
            for (let one = lanes.take(now); one !== null; one = lanes.take(now)) {
              if (luck.next().value || one.failed > 3) {
                came.push(one);
                lanes.done(one);
              } else {
                lanes.parked(lanes.failed(one));
                lanes.postponed(one, now + 5);
              }
            }
          };
          plan.forEach(([lane, step], index) => {
            now += step;
            const next = entry(index + 1, String(lane));
            lanes.add(next);
            if (lanes.isWaiting(next.lane)) lanes.parked([next]);
            work();
          });
          for (let rounds = 0; rounds < 400; rounds++) {
            now += 5;
            work();
          }
          assert.equal(came.length, plan.length);
          for (const lane of ['0', '1', '2', '3']) {
            const seqs = came.filter((one) => one.lane === lane).map(({ seq }) => seq);
            assert.deepEqual(
              seqs,
              [...seqs].sort((one, other) => one - other),
            );
          }
        },
      ),
    );
  });
});
