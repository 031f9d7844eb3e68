import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import { baileysLogger, silenceLibsignal } from '../../../../src/adapters/baileys/mends/quiet.ts';
import type { Logger } from '../../../../src/ports/logger.ts';

/** The part of libsignal that prints sessions. */
type Records = { new (): { closeSession: (session: object) => void } };

it('drops what libsignal prints, private keys and all, and nothing else', () => {
  const printed: unknown[] = [];
  const { console: target } = globalThis;
  const original = target.info;
  target.info = (...args: unknown[]) => void printed.push(args[0]);
  const restore = silenceLibsignal();
  try {
    const record = createRequire(import.meta.url)('libsignal/src/session_record.js') as Records;
    new record().closeSession({ indexInfo: { closed: -1 }, currentRatchet: 'secret' });
    target.info('ours');
  } finally {
    restore();
    target.info = original;
  }
  assert.deepEqual(printed, ['ours']);
});

it("passes on Baileys' words without its fields", () => {
  const lines: unknown[] = [];
  const nothing = (): void => undefined;
  const logger: Logger = {
    debug: (fields, message) => lines.push([fields, message]),
    info: nothing,
    warn: nothing,
    error: nothing,
    child: () => logger,
  };
  const baileys = baileysLogger(logger);
  baileys.child({}).error({ err: new Error('Bad MAC'), key: { remoteJid: '4915' } }, 'failed to decrypt');
  baileys.info({ node: 'secret' }, 'logging in');
  assert.deepEqual(lines, [[{ error: 'Bad MAC' }, 'baileys: failed to decrypt']]);
});
