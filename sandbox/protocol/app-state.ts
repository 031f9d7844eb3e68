import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import { proto } from '@whiskeysockets/baileys';
import {
  hmac,
  keysOf,
  MAC,
  mix,
  patchMac,
  REMOVE,
  SET,
  type SyncKey,
  snapshotMac,
  valueMac,
} from './app-state-keys.ts';
import type { Random } from './random.ts';

/** One thing an account has set: its name as a list of strings, and an encoded SyncActionValue. */
export interface SyncAction {
  readonly index: readonly string[];
  readonly value: Buffer;
  /** Version of the kind of action, as clients write it. */
  readonly apiVersion: number;
  readonly removed: boolean;
}

/** A collection as one who follows it keeps it. */
export interface Collection {
  readonly version: number;
  /** 128 bytes: the sum over the MACs of all values. */
  readonly hash: Buffer;
  /** Base64 of the index MAC to the encrypted value with its MAC. */
  readonly records: ReadonlyMap<string, Buffer>;
}

/** The settings of an account as its phone keeps them. */
export interface AppState {
  readonly collections: Map<string, Collection>;
  /** The newest action by its index (JSON). */
  readonly actions: Map<string, SyncAction>;
  /** Patches of companions that could not be read, in words. */
  readonly problems: string[];
  /** Of the last change. */
  sequence: number;
}

export const makeAppState = (): AppState => ({
  collections: new Map(),
  actions: new Map(),
  problems: [],
  sequence: 0,
});

export const emptyCollection = (): Collection => ({
  version: 0,
  hash: Buffer.alloc(128),
  records: new Map(),
});

interface Mutation {
  readonly index: Buffer;
  /** Encrypted value and its MAC. */
  readonly blob: Buffer;
  readonly operation: number;
}

/** Puts a mutation into a collection, or takes out what it names. */
const apply = (collection: Collection, { index, blob, operation }: Mutation): Collection => {
  const name = index.toString('base64');
  const records = new Map(collection.records);
  const before = records.get(name);
  let { hash } = collection;
  if (before !== undefined) hash = mix(hash, before.subarray(-MAC), -1);
  if (operation === REMOVE) records.delete(name);
  else {
    hash = mix(hash, blob.subarray(-MAC), 1);
    records.set(name, blob);
  }
  return { ...collection, hash, records };
};

/** The next patch of a collection with one action (chat-utils.js, encodeSyncdPatch), and the collection after it. */
export const makePatch = (
  collection: Collection,
  name: string,
  action: SyncAction,
  { key, random }: { readonly key: SyncKey; readonly random: Random },
): { readonly patch: Buffer; readonly collection: Collection } => {
  const keys = keysOf(key);
  const operation = action.removed ? REMOVE : SET;
  const indexBytes = Buffer.from(JSON.stringify(action.index));
  const plain = proto.SyncActionData.encode({
    index: indexBytes,
    value: proto.SyncActionValue.decode(action.value),
    padding: Buffer.alloc(0),
    version: action.apiVersion,
  }).finish();
  const iv = random(16);
  const aes = createCipheriv('aes-256-cbc', keys.cipher, iv);
  const encrypted = Buffer.concat([iv, aes.update(plain), aes.final()]);
  const mac = valueMac(operation, encrypted, key.id, keys.value);
  const mutation = {
    index: hmac('sha256', keys.index, indexBytes),
    blob: Buffer.concat([encrypted, mac]),
    operation,
  };
  const next = { ...apply(collection, mutation), version: collection.version + 1 };
  const snapshot = snapshotMac(next.hash, next.version, name, keys.snapshot);
  const patch = proto.SyncdPatch.encode({
    version: { version: next.version },
    mutations: [
      {
        operation,
        record: {
          index: { blob: mutation.index },
          value: { blob: mutation.blob },
          keyId: { id: key.id },
        },
      },
    ],
    snapshotMac: snapshot,
    patchMac: patchMac(snapshot, [mac], { version: next.version, name }, keys.patch),
    keyId: { id: key.id },
  }).finish();
  return { patch: Buffer.from(patch), collection: next };
};

const equal = (one: Uint8Array | null | undefined, other: Buffer) =>
  one?.length === other.length && timingSafeEqual(one, other);

const mutationsIn = (patch: proto.SyncdPatch): Mutation[] =>
  patch.mutations.map(({ operation, record }) => ({
    index: Buffer.from(record?.index?.blob ?? []),
    blob: Buffer.from(record?.value?.blob ?? []),
    operation: operation ?? SET,
  }));

const open = ({ blob, index, operation }: Mutation, key: SyncKey): SyncAction => {
  const keys = keysOf(key);
  const encrypted = blob.subarray(0, -MAC);
  if (!equal(blob.subarray(-MAC), valueMac(operation, encrypted, key.id, keys.value))) {
    throw new Error('value MAC does not fit');
  }
  const aes = createDecipheriv('aes-256-cbc', keys.cipher, encrypted.subarray(0, 16));
  const data = proto.SyncActionData.decode(Buffer.concat([aes.update(encrypted.subarray(16)), aes.final()]));
  const indexBytes = Buffer.from(data.index ?? []);
  if (!equal(index, hmac('sha256', keys.index, indexBytes))) throw new Error('index MAC does not fit');
  const parsed: unknown = JSON.parse(indexBytes.toString());
  if (!Array.isArray(parsed)) throw new Error('index is no list');
  return {
    index: parsed.map(String),
    value: Buffer.from(proto.SyncActionValue.encode(data.value ?? {}).finish()),
    apiVersion: data.version ?? 0,
    removed: operation === REMOVE,
  };
};

/** Reads the next patch of a collection. Throws on any MAC that does not fit, and on a key it does not know. */
export const readPatch = (
  collection: Collection,
  name: string,
  encoded: Buffer,
  key: SyncKey,
): { readonly actions: SyncAction[]; readonly collection: Collection } => {
  const patch = proto.SyncdPatch.decode(encoded);
  if (!equal(patch.keyId?.id, key.id)) throw new Error('unknown app-state key');
  const keys = keysOf(key);
  const version = collection.version + 1;
  const mutations = mutationsIn(patch);
  const macs = mutations.map(({ blob }) => blob.subarray(-MAC));
  const snapshot = patch.snapshotMac ?? Buffer.alloc(0);
  if (!equal(patch.patchMac, patchMac(snapshot, macs, { version, name }, keys.patch))) {
    throw new Error('patch MAC does not fit');
  }
  const next = { ...mutations.reduce(apply, collection), version };
  if (!equal(snapshot, snapshotMac(next.hash, version, name, keys.snapshot))) {
    throw new Error('snapshot MAC does not fit');
  }
  return { actions: mutations.map((mutation) => open(mutation, key)), collection: next };
};

/** A whole collection, for a companion that begins to follow it (chat-utils.js, decodeSyncdSnapshot). */
export const makeSnapshot = ({ version, hash, records }: Collection, name: string, key: SyncKey): Buffer =>
  Buffer.from(
    proto.SyncdSnapshot.encode({
      version: { version },
      records: [...records].map(([index, blob]) => ({
        index: { blob: Buffer.from(index, 'base64') },
        value: { blob },
        keyId: { id: key.id },
      })),
      mac: snapshotMac(hash, version, name, keysOf(key).snapshot),
      keyId: { id: key.id },
    }).finish(),
  );
