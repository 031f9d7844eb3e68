import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  addTransactionCapability,
  DEFAULT_CONNECTION_CONFIG,
  generateSignalPubKey,
} from '@whiskeysockets/baileys';
import { baileysLogger, silenceLibsignal } from '../../../../src/adapters/baileys/mends/quiet.ts';
import { restoreWrongSessions } from '../../../../src/adapters/baileys/mends/session-tries.ts';
import { makeMemoryAuth } from '../../../support/bare-baileys.ts';
import { silentLog } from '../../../support/silent-log.ts';

silenceLibsignal();
restoreWrongSessions();

const logger = baileysLogger(silentLog);

/** A device with a Signal repository of Baileys' own. */
const makeDevice = (jid: string) => {
  const { creds, keys } = makeMemoryAuth();
  const auth = {
    creds,
    keys: addTransactionCapability(keys, logger, { maxCommitRetries: 1, delayBetweenTriesMs: 1 }),
  };
  const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(auth, logger, () =>
    Promise.resolve(undefined),
  );
  const { signedPreKey, signedIdentityKey, registrationId } = creds;
  const bundle = {
    registrationId,
    identityKey: Buffer.from(generateSignalPubKey(signedIdentityKey.public)),
    signedPreKey: {
      keyId: signedPreKey.keyId,
      publicKey: Buffer.from(generateSignalPubKey(signedPreKey.keyPair.public)),
      signature: Buffer.from(signedPreKey.signature),
    },
  };
  return { jid, repository, bundle };
};
type Device = ReturnType<typeof makeDevice>;

const begin = ({ repository }: Device, { jid, bundle }: Device): Promise<void> =>
  // libsignal takes a bundle without one-time key, its types do not
  repository.injectE2ESession({
    jid,
    session: bundle as Parameters<typeof repository.injectE2ESession>[0]['session'],
  });
/** Encrypts; what it gives decrypts on the other side. */
const write = async (from: Device, to: Device, text: string): Promise<() => Promise<string>> => {
  const sent = await from.repository.encryptMessage({ jid: to.jid, data: Buffer.from(text) });
  return async () => Buffer.from(await to.repository.decryptMessage({ jid: from.jid, ...sent })).toString();
};
const talk = async (from: Device, to: Device, text: string): Promise<void> =>
  assert.equal(await (await write(from, to, text))(), text);

it('goes on in the present session after a late message of a former one', async () => {
  const [me, ann] = [makeDevice('100@lid'), makeDevice('200@lid')];
  await begin(ann, me);
  await talk(ann, me, 'first');
  await talk(me, ann, 'answer');
  const late = await write(ann, me, 'late');
  await begin(ann, me);
  await talk(ann, me, 'anew');
  await talk(me, ann, 'answer again');
  await talk(ann, me, 'before');
  assert.equal(await late(), 'late');
  await talk(me, ann, 'from here');
  await talk(ann, me, 'to here');
});
