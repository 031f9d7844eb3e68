import {
  type AuthenticationState,
  addTransactionCapability,
  type BinaryNode,
  DEFAULT_CONNECTION_CONFIG,
  decryptMessageNode,
  encodeWAMessage,
  generateSignalPubKey,
  initAuthCreds,
  jidNormalizedUser,
  type proto,
  type SignalRepositoryWithLIDStore,
} from '@whiskeysockets/baileys';
import { type Core, createCore } from '../../src/adapters/baileys/core.ts';
import { baileysLogger } from '../../src/adapters/baileys/mends/quiet.ts';
import { createSeam } from '../../src/adapters/baileys/seam.ts';
import { MAX_EVENT_BYTES } from '../../src/adapters/jetstream/encode.ts';
import type { KeyChange } from '../../src/adapters/mongo/auth-store-docs.ts';
import { WildcatError } from '../../src/errors.ts';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { NewEvent, Recorded } from '../../src/events/event.ts';
import { ownerOf } from './baileys.ts';
import { makeMemoryAuth } from './bare-baileys.ts';
import { silentLog } from './silent-log.ts';

export const ME = '491500@s.whatsapp.net';
export const MY_LID = '900@lid';
export const ANN = '111@lid';
export const GROUP = '123-456@g.us';

const logger = baileysLogger(silentLog);
const RETRIES = { maxCommitRetries: 1, delayBetweenTriesMs: 1 };
const noLookup = () => Promise.resolve(undefined);

const withTransactions = ({ creds, keys }: AuthenticationState) => ({
  creds,
  keys: addTransactionCapability(keys, logger, RETRIES),
});

/** What a device has on disk: all committed key changes, and the events in its log. */
export type Disk = { keys: Map<string, KeyChange>; log: NewEvent<WildcatEvent>[] };

/** The disk of a newly paired device with one pre-key for others to begin a session with. */
export const newDisk = async (): Promise<Disk> => {
  const creds = initAuthCreds();
  creds.me = { id: ME, lid: MY_LID };
  const { keyPair: preKey } = creds.signedPreKey;
  const keys: KeyChange[] = [
    { type: 'creds', id: 'me', value: creds },
    { type: 'pre-key', id: '1', value: preKey },
  ];
  return { keys: new Map(keys.map((change) => [`${change.type}|${change.id}`, change])), log: [] };
};

export type Receiver = Readonly<{
  core: Core;
  /** How often each group of keys was written. */
  writes: (readonly KeyChange[])[];
  /** Lets the log acknowledge; before that every append hangs. */
  letLog: () => void;
  /** Takes a stanza as Baileys does. */
  receive: (stanza: BinaryNode) => Promise<ReturnType<typeof decryptMessageNode>['fullMessage']>;
  /** Encrypts for somebody inside a transaction, as Baileys' relay does; resolves with how many entries that queued. */
  encryptInRelay: (jid: string) => Promise<number>;
  /** Notes a privacy token once the relay is over that began it, while another one runs, as Baileys does. */
  noteTokenAfterRelay: (jid: string) => Promise<void>;
  /** Tells Baileys' mapping that these are one person. */
  link: (lid: string, pn: string) => Promise<void>;
  settled: () => Promise<void>;
}>;

/** A session's receiving half on real Signal sessions, begun with what is on disk, as after a restart. */
export const startReceiver = (
  disk: Disk,
  options: { logHangs?: boolean; mayDecrypt?: () => Promise<void> } = {},
): Receiver => {
  const writes: (readonly KeyChange[])[] = [];
  let letLog = (): void => undefined;
  const logOpen = options.logHangs
    ? new Promise<void>((resolve) => {
        letLog = resolve;
      })
    : Promise.resolve();
  const core = createCore({
    deps: {
      append: async (event) => {
        await logOpen;
        const bytes = Buffer.byteLength(JSON.stringify(event.data));
        if (bytes > MAX_EVENT_BYTES) throw new WildcatError('invalid', 'too large');
        disk.log.push(event);
        return { seq: disk.log.length, duplicate: false };
      },
      now: () => new Date(),
      findPoll: async () => null,
      failpoint: () => undefined,
    },
    owner: ownerOf('shop', 1),
    journal: {
      loaded: [...disk.keys.values()].filter(({ value }) => value !== null),
      write: (changes) => {
        writes.push(changes);
        for (const change of changes) disk.keys.set(`${change.type}|${change.id}`, change);
        return Promise.resolve();
      },
    },
    logged: disk.log.map((event, seq) => ({ ...event, id: '', v: 1, at: '', seq }) as Recorded<WildcatEvent>),
    onDurable: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });
  const mayDecrypt = options.mayDecrypt ?? (() => Promise.resolve());
  const seam = createSeam({ ...core, mayDecrypt });
  const auth = withTransactions(core.memory.auth);
  const repository = seam.makeSignalRepository(auth, logger, noLookup);
  return {
    core,
    writes,
    letLog: () => letLog(),
    receive: async (stanza) => {
      seam.expect(stanza);
      const { fullMessage, decrypt } = decryptMessageNode(stanza, ME, MY_LID, repository, logger);
      await decrypt();
      return fullMessage;
    },
    encryptInRelay: (jid) =>
      auth.keys.transaction(async () => {
        const before = core.committer.newest();
        await repository.encryptMessage({ jid, data: Buffer.from('x') });
        return core.committer.newest() - before;
      }, ME),
    noteTokenAfterRelay: async (jid) => {
      let noted = Promise.resolve();
      let [answer, end] = [(): void => undefined, (): void => undefined];
      const answered = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const relayed = auth.keys.transaction(async () => {
        noted = answered.then(() =>
          auth.keys.set({ tctoken: { [jid]: { token: Buffer.from('t'), timestamp: '1' } } }),
        );
      }, ME);
      await relayed;
      const other = auth.keys.transaction(
        () =>
          new Promise<void>((resolve) => {
            end = resolve;
          }),
        'another',
      );
      answer();
      await noted;
      end();
      await other;
    },
    link: (lid, pn) => repository.lidMapping.storeLIDPNMappings([{ lid, pn }]),
    settled: () => core.committer.whenDurable(),
  };
};

export type Sender = Readonly<{
  text: (id: string, text: string) => Promise<BinaryNode>;
  /** A group's first message of this sender brings its sender key along. */
  groupText: (id: string, text: string) => Promise<BinaryNode>;
  /** As a phone answers a retry receipt: text and sender key in one part. */
  groupRepeat: (id: string, text: string) => Promise<BinaryNode>;
  raw: (id: string, message: proto.IMessage) => Promise<BinaryNode>;
}>;

const stanzaOf = (id: string, attrs: Record<string, string>, content: BinaryNode[]): BinaryNode => ({
  tag: 'message',
  attrs: { id, t: '1700000000', type: 'text', ...attrs },
  content,
});
const enc = (type: string, content: Uint8Array): BinaryNode => ({
  tag: 'enc',
  attrs: { v: '2', type },
  content,
});

/** Somebody who writes to the device on `disk`: a second, bare repository with a session to it. */
export const startSender = async (disk: Disk, jid = ANN): Promise<Sender> => {
  const theirs = makeMemoryAuth();
  const repository: SignalRepositoryWithLIDStore = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(
    withTransactions(theirs),
    logger,
    noLookup,
  );
  // put there by newDisk
  const creds = disk.keys.get('creds|me')?.value as AuthenticationState['creds'];
  const { signedPreKey, signedIdentityKey, registrationId } = creds;
  const publicKey = Buffer.from(generateSignalPubKey(signedPreKey.keyPair.public));
  await repository.injectE2ESession({
    jid: MY_LID,
    session: {
      registrationId,
      identityKey: Buffer.from(generateSignalPubKey(signedIdentityKey.public)),
      signedPreKey: { keyId: signedPreKey.keyId, publicKey, signature: Buffer.from(signedPreKey.signature) },
      preKey: { keyId: 1, publicKey },
    },
  });
  const encrypt = async (message: proto.IMessage): Promise<BinaryNode> => {
    const { type, ciphertext } = await repository.encryptMessage({
      jid: MY_LID,
      data: encodeWAMessage(message),
    });
    return enc(type, ciphertext);
  };
  let keyIsOut = false;
  const from = { from: jid };
  const group = { from: GROUP, participant: jid };
  return {
    text: async (id, text) => stanzaOf(id, from, [await encrypt({ conversation: text })]),
    raw: async (id, message) => stanzaOf(id, from, [await encrypt(message)]),
    groupRepeat: async (id, text) => {
      const axolotlSenderKeyDistributionMessage = await repository.getSenderKeyDistributionMessage({
        group: GROUP,
        meId: jidNormalizedUser(jid),
      });
      keyIsOut = true;
      const key = { groupId: GROUP, axolotlSenderKeyDistributionMessage };
      return stanzaOf(id, group, [await encrypt({ conversation: text, senderKeyDistributionMessage: key })]);
    },
    groupText: async (id, text) => {
      const data = encodeWAMessage({ conversation: text });
      const { ciphertext, senderKeyDistributionMessage } = await repository.encryptGroupMessage({
        group: GROUP,
        data,
        meId: jidNormalizedUser(jid),
      });
      const key = {
        groupId: GROUP,
        axolotlSenderKeyDistributionMessage: senderKeyDistributionMessage,
      };
      const parts = keyIsOut ? [] : [await encrypt({ senderKeyDistributionMessage: key })];
      keyIsOut = true;
      parts.push(enc('skmsg', ciphertext));
      return stanzaOf(id, group, parts);
    },
  };
};
