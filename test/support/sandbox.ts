import assert from 'node:assert/strict';
import { after } from 'node:test';
import {
  type AccountHandle,
  type PhoneHandle,
  type SandboxClient,
  sandboxClient,
} from '../../sandbox/client.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/server.ts';
import { type BareBaileys, type OpenOptions, pairBaileys } from './bare-baileys.ts';
import { dumpFramesOnFailure } from './frames.ts';

/** An account with its own phone and one companion: a bare Baileys, paired and connected. */
export interface Account {
  readonly phone: PhoneHandle;
  readonly server: AccountHandle;
  readonly client: BareBaileys;
  /** `number@s.whatsapp.net`. */
  readonly jid: string;
}

/** A sandbox in this process, and what was opened against it. */
export interface TestSandbox {
  readonly sandbox: Sandbox;
  readonly control: SandboxClient;
  /** Pairs a bare Baileys with a phone (made if need be). */
  readonly pair: (number: string, options?: Omit<OpenOptions, 'onQr'>) => Promise<Account>;
  /** Ends all clients, then the sandbox; throws if it ever had to cut a client off. */
  readonly close: () => Promise<void>;
}

/** An account with its companion, and the phone of somebody it writes with. */
export type Pair = Readonly<{ test: TestSandbox; me: Account; ben: PhoneHandle }>;

/** The phone-number address of a number. */
export const jidOf = (number: string): string => `${number}@s.whatsapp.net`;

/** Starts a sandbox on a free port; close it in `after`. */
export const openSandbox = async (options: SandboxOptions = {}): Promise<TestSandbox> => {
  const errors: unknown[] = [];
  const sandbox = await startSandbox({ onError: (error) => errors.push(error), ...options });
  const control = sandboxClient(sandbox.controlUrl);
  const clients: BareBaileys[] = [];
  return {
    sandbox,
    control,
    pair: async (number, open) => {
      const phone = await control.makePhone(number, { name: `Owner ${number}` });
      const client = await pairBaileys(sandbox, phone.scan, open);
      clients.push(client);
      return { phone, server: control.account(number), client, jid: jidOf(number) };
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await sandbox.close();
      assert.deepEqual(errors, []);
    },
  };
};

/** A sandbox with such a pair, for all tests of a file: closed after them, its frames shown where one fails. */
export const openPair = async (number: string, friend: string): Promise<Pair> => {
  const test = await openSandbox();
  after(() => test.close());
  dumpFramesOnFailure(() => test);
  const me = await test.pair(number);
  return { test, me, ben: await test.control.makePhone(friend, { name: 'Ben' }) };
};
