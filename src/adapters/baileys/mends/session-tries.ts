import { createRequire } from 'node:module';

/** One of the sessions that two devices may have with each other. */
type Session = Readonly<{
  serialize: () => unknown;
  constructor: Readonly<{ deserialize: (saved: unknown) => object }>;
}>;
type Tries = (this: object, data: Uint8Array, sessions: readonly Session[]) => Promise<unknown>;

const require = createRequire(createRequire(import.meta.url).resolve('@whiskeysockets/baileys'));
const libsignal: { SessionCipher: { prototype: { decryptWithSessions: Tries } } } = require('libsignal');
const { prototype } = libsignal.SessionCipher;
const tryAll = prototype.decryptWithSessions;

const tryEach: Tries = async function (data, sessions) {
  let failure: unknown;
  for (const session of sessions) {
    const before = session.serialize();
    try {
      return await tryAll.call(this, data, [session]);
    } catch (error) {
      Object.assign(session, session.constructor.deserialize(before));
      failure = error;
    }
  }
  throw failure;
};

/**
 * Makes libsignal leave a session as it was where a message turns out to be of another one. By itself it steps the
 * ratchet of each that it tries (session_cipher.js, maybeStepRatchet) and stores them all once one fits: a late message
 * of a former session would break the present one in both directions. Throws where there is nothing to mend.
 */
export const restoreWrongSessions = (): void => {
  if (typeof tryAll !== 'function') throw new Error('libsignal has no SessionCipher.decryptWithSessions');
  prototype.decryptWithSessions = function (this: object, data, sessions) {
    return (sessions.length > 1 ? tryEach : tryAll).call(this, data, sessions);
  } satisfies Tries;
};
