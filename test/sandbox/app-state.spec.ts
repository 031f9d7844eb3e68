import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decodeSyncdSnapshot, encodeSyncdPatch, newLTHashState, proto } from '@whiskeysockets/baileys';
import {
  type Collection,
  emptyCollection,
  makePatch,
  makeSnapshot,
  readPatch,
  type SyncAction,
} from '../../sandbox/protocol/app-state.ts';
import { makeRandom } from '../../sandbox/protocol/random.ts';

const random = makeRandom('app state');
const key = { id: Buffer.from([0, 0, 0, 0, 0, 1]), data: random(32) };
const NAME = 'regular_low';

const pin = (chat: string, pinned: boolean, removed = false): SyncAction => ({
  index: ['pin_v1', chat],
  value: Buffer.from(proto.SyncActionValue.encode({ timestamp: 7, pinAction: { pinned } }).finish()),
  apiVersion: 5,
  removed,
});
const sign = (collection: Collection, action: SyncAction) =>
  makePatch(collection, NAME, action, { key, random });

it('reads its own patches: set, set again, removed', () => {
  let writer = emptyCollection();
  let reader = emptyCollection();
  for (const action of [pin('a', true), pin('b', true), pin('a', false), pin('b', true, true)]) {
    const made = sign(writer, action);
    writer = made.collection;
    const read = readPatch(reader, NAME, made.patch, key);
    reader = read.collection;
    assert.deepEqual(read.actions, [action]);
    assert.deepEqual(reader, writer);
  }
  assert.equal(reader.version, 4);
  assert.equal(reader.records.size, 1);
  // what was set and removed leaves no trace in the hash
  const emptied = sign(reader, pin('a', false, true)).collection;
  assert.deepEqual(emptied.hash, emptyCollection().hash);
});

it('refuses what was changed on the way, and what does not follow', () => {
  const { patch } = sign(emptyCollection(), pin('a', true));
  const read =
    (change: (decoded: proto.SyncdPatch) => void, from = emptyCollection()) =>
    () => {
      const decoded = proto.SyncdPatch.decode(patch);
      change(decoded);
      return readPatch(from, NAME, Buffer.from(proto.SyncdPatch.encode(decoded).finish()), key);
    };
  const flip = (data: Uint8Array | null | undefined): Buffer => {
    const copy = Buffer.from(data ?? []);
    copy.writeUInt8(copy.readUInt8(0) ^ 1, 0);
    return copy;
  };
  assert.doesNotThrow(read(() => undefined));
  assert.throws(
    read((decoded) => {
      decoded.patchMac = flip(decoded.patchMac);
    }),
    /patch MAC/,
  );
  assert.throws(
    read((decoded) => {
      decoded.snapshotMac = flip(decoded.snapshotMac);
    }),
    /patch MAC/,
  );
  assert.throws(
    read((decoded) => {
      const value = decoded.mutations[0]?.record?.value;
      assert.ok(value);
      value.blob = flip(value.blob);
    }),
    /value MAC/,
  );
  assert.throws(
    read((decoded) => {
      const index = decoded.mutations[0]?.record?.index;
      assert.ok(index);
      index.blob = flip(index.blob);
    }),
    /index MAC/,
  );
  assert.throws(
    read((decoded) => {
      decoded.keyId = { id: Buffer.from([9]) };
    }),
    /unknown app-state key/,
  );
  const { collection } = sign(emptyCollection(), pin('b', true));
  assert.throws(
    read(() => undefined, collection),
    /patch MAC/,
  );
  // made on top of another collection of the same version
  const other = sign(collection, pin('c', true));
  assert.throws(
    () => readPatch({ ...emptyCollection(), version: 1 }, NAME, other.patch, key),
    /snapshot MAC/,
  );
});

it('reads the patches of rc14, and makes snapshots rc14 verifies', async () => {
  const getKey = async () => proto.Message.AppStateSyncKeyData.create({ keyData: key.data });
  let theirs = newLTHashState();
  let ours = emptyCollection();
  for (const [at, chat] of ['a', 'b', 'a'].entries()) {
    const encoded = await encodeSyncdPatch(
      {
        type: NAME,
        index: ['pin_v1', chat],
        syncAction: { pinAction: { pinned: at === 0 }, timestamp: 7 },
        apiVersion: 5,
        operation: proto.SyncdMutation.SyncdOperation.SET,
      },
      key.id.toString('base64'),
      theirs,
      getKey,
    );
    theirs = encoded.state;
    const patch = Buffer.from(proto.SyncdPatch.encode(encoded.patch).finish());
    const read = readPatch(ours, NAME, patch, key);
    ours = read.collection;
    assert.deepEqual(read.actions[0]?.index, ['pin_v1', chat]);
  }
  assert.deepEqual(ours.hash, theirs.hash);
  const warnings: unknown[] = [];
  const logger = { warn: (...args: unknown[]) => warnings.push(args) };
  const { state, mutationMap } = await decodeSyncdSnapshot(
    NAME,
    proto.SyncdSnapshot.decode(makeSnapshot(ours, NAME, key)),
    getKey,
    undefined,
    true,
    // only `warn` is ever called
    logger as never,
  );
  assert.deepEqual(warnings, []);
  assert.deepEqual(state.hash, ours.hash);
  assert.equal(state.version, 3);
  assert.deepEqual(Object.keys(mutationMap).sort(), ['["pin_v1","a"]', '["pin_v1","b"]']);
});
