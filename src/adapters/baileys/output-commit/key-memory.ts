import {
  type AuthenticationCreds,
  type AuthenticationState,
  initAuthCreds,
  type SignalDataSet,
} from '@whiskeysockets/baileys';
import { z } from 'zod';
import { WildcatError } from '../../../errors.ts';
import { decodeValue, encodeValue } from '../../mongo/auth-store-codec.ts';
import type { KeyChange } from '../../mongo/auth-store-docs.ts';
import { readableSenderKey } from '../mends/sender-keys.ts';

/** A pseudo key type: what the seam wants queued in front of the ratchet that it rides with. */
export const INBOX = 'inbox';

/** What the rest of a session needs to know of its keys. */
export type KeyMemory = Readonly<{
  auth: AuthenticationState;
  /** To be called when Baileys has changed the credentials; they are copied at once. */
  saveCreds: () => void;
  /** Another name of a person, as far as WhatsApp told: a LID for a phone number and the other way round. */
  lidOf: (pnUser: string) => string | undefined;
  pnOf: (lidUser: string) => string | undefined;
  find: (type: string, id: string) => unknown;
  idsOf: (type: string) => Iterable<string>;
}>;

type KeyMemoryDeps = Readonly<{
  commit: (changes: readonly KeyChange[]) => void;
  /** Queues what rode along as `inbox`. */
  onInbox: (values: readonly unknown[]) => void;
  onLink: (lidUser: string, pnUser: string) => void;
}>;

const CREDS = 'creds';
const ME = 'me';
const LINKS = 'lid-mapping';
const REVERSE = '_reverse';
/** How far the app state was read. rc14 sets it just before it tells what it has read (chats.js, resyncAppState). */
const VERSIONS = 'app-state-sync-version';

// Baileys hands these objects round and changes them in place; sessions and sender keys it makes afresh each time.
const SHARED = new Set([CREDS, 'sender-key-memory', 'device-list', VERSIONS, 'tctoken']);
const copyOf = (type: string, value: unknown): unknown =>
  SHARED.has(type) && value !== null ? decodeValue(type, encodeValue(type, value)) : value;

// Kept as text: an account has 812, hardly ever asked for, and as objects with bytes of their own they take more.
const SELDOM = new Set(['pre-key']);
const laidAway = (type: string, value: unknown): unknown =>
  SELDOM.has(type) ? encodeValue(type, value).toString() : value;
const fetched = (type: string, kept: unknown): unknown =>
  SELDOM.has(type) && typeof kept === 'string' ? decodeValue(type, Buffer.from(kept)) : kept;

const handedOut = (type: string, value: unknown): unknown =>
  type === 'sender-key' ? readableSenderKey(value) : copyOf(type, value);

const bytes = z.instanceof(Uint8Array);
const pair = z.looseObject({ public: bytes, private: bytes });
const credentials = z.looseObject({
  noiseKey: pair,
  signedIdentityKey: pair,
  signedPreKey: z.looseObject({ keyPair: pair, signature: bytes, keyId: z.number() }),
  registrationId: z.number(),
  advSecretKey: z.string(),
  nextPreKeyId: z.number(),
});

/** A pairing code that nobody typed leaves `me` behind, and rc14 would log in as that instead of showing a QR code. */
const withoutHalfPairing = (creds: AuthenticationCreds): AuthenticationCreds => {
  if (creds.account !== undefined || creds.pairingCode === undefined) return creds;
  const { me: _, pairingCode: _code, ...rest } = creds;
  return { ...rest, pairingCode: undefined };
};

// Only a collection without a single key is that of a new device: anything else without credentials is damage.
const credentialsFrom = (loaded: readonly KeyChange[]): AuthenticationCreds => {
  const found = loaded.find(({ type }) => type === CREDS);
  if (found === undefined && loaded.length === 0) return initAuthCreds();
  const parsed = credentials.safeParse(found?.value);
  if (!parsed.success) {
    throw new WildcatError(
      'misconfigured',
      'the stored WhatsApp credentials are incomplete: nothing was changed',
    );
  }
  // the fields that matter were checked; the rest is what Baileys itself put there
  return withoutHalfPairing(parsed.data as unknown as AuthenticationCreds);
};

/**
 * All keys of a session in memory, ahead of the disk: `get` reads memory only, `set` changes it, queues the change
 * (versions of the app state a turn of the event loop later) and returns. Baileys never waits for a disk here; the gate
 * makes sure that nobody outside notices.
 * Throws `misconfigured` for keys without credentials.
 */
export const createKeyMemory = (loaded: readonly KeyChange[], deps: KeyMemoryDeps): KeyMemory => {
  const creds = credentialsFrom(loaded);
  const types = new Map<string, Map<string, unknown>>();
  const valuesOf = (type: string): Map<string, unknown> => {
    const known = types.get(type) ?? new Map<string, unknown>();
    types.set(type, known);
    return known;
  };
  for (const { type, id, value } of loaded) if (type !== CREDS) valuesOf(type).set(id, laidAway(type, value));

  const find = (type: string, id: string): unknown => fetched(type, types.get(type)?.get(id));
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

  const apply = (type: string, id: string, given: unknown): KeyChange => {
    const value = copyOf(type, given ?? null);
    const isLink = type === LINKS && typeof value === 'string' && !id.endsWith(REVERSE);
    if (isLink && find(type, id) !== value) deps.onLink(value, id);
    if (value === null) valuesOf(type).delete(id);
    else valuesOf(type).set(id, laidAway(type, value));
    return { type, id, value };
  };

  const set = (data: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>): void => {
    const { [INBOX]: inbox, ...rest } = data;
    // in front of the ratchet: a ratchet on disk must mean an event in the log
    if (inbox !== undefined) deps.onInbox(Object.values(inbox));
    const changes = Object.entries(rest).flatMap(([type, values]) =>
      Object.entries(values ?? {}).map(([id, value]) => apply(type, id, value)),
    );
    const versions = changes.filter(({ type }) => type === VERSIONS);
    const others = changes.filter(({ type }) => type !== VERSIONS);
    if (others.length > 0) deps.commit(others);
    // a turn later, behind the events: what a version covers is never told again
    if (versions.length > 0) setImmediate(() => deps.commit(versions));
  };

  return {
    auth: {
      creds,
      keys: {
        get: (type, ids) => {
          const found = ids.map((id) => [id, handedOut(type, find(type, id) ?? null)] as const);
          // what Baileys put under a type is what it gets from there
          return Object.fromEntries(found.filter(([, value]) => value !== null)) as never;
        },
        set: (data: SignalDataSet) => set(data),
      },
    },
    saveCreds: () => deps.commit([{ type: CREDS, id: ME, value: copyOf(CREDS, creds) }]),
    lidOf: (pnUser) => text(find(LINKS, pnUser)),
    pnOf: (lidUser) => text(find(LINKS, `${lidUser}${REVERSE}`)),
    find,
    idsOf: (type) => types.get(type)?.keys() ?? [],
  };
};
