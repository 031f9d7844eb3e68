import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accounts } from '../../src/commands/accounts.ts';
import { decideSend, type SendCommand } from '../../src/commands/messages.ts';
import { hasCode } from '../../src/errors.ts';
import type { AccountEvent } from '../../src/events/accounts.ts';
import {
  connected,
  connectRequested,
  created,
  deleted,
  disconnectRequested,
  dropped,
  ENDINGS,
  erased,
  loggedOut,
  logoutRequested,
  qrIssued,
} from '../support/account-events.ts';
import { folded, type Given } from '../support/spec.ts';

const request = {
  waId: '3EB0',
  chat: { jid: '100000000000001@lid', alt: '4915100000001@s.whatsapp.net' },
  to: '4915100000001@s.whatsapp.net',
  timestamp: 1_767_225_600,
  content: { type: 'text', text: 'hi' },
  bodyHash: '00',
} as const;
const now: SendCommand = { ...request, queue: false };
const queued: SendCommand = { ...request, queue: true };

const given = (...events: Given<AccountEvent>[]) => {
  const state = folded(accounts, events);
  return {
    sends: (
      wish: SendCommand,
      from: unknown = { jid: '4915100000009@s.whatsapp.net', alt: '4915100000009@s.whatsapp.net' },
    ) =>
      assert.deepEqual(decideSend(wish, state), {
        type: 'message.send_requested',
        data: { ...request, from },
      }),
    refuses: (wish: SendCommand, code: 'not_found' | 'not_connected') =>
      assert.throws(
        () => decideSend(wish, state),
        (error) => {
          assert.ok(hasCode(error, code));
          if (code === 'not_connected') assert.deepEqual(error.details, { status: state.status });
          assert.equal(error.message, code === 'not_found' ? 'Account not found' : 'Account not connected');
          return true;
        },
      ),
  };
};

describe('a send', () => {
  it('is taken while the account is connected, or will be again by itself', () => {
    given(created, connected).sends(now);
    given(created, connected, dropped).sends(now);
  });

  it('is refused in every other state, with that state', () => {
    for (const events of [[], [qrIssued], [connected, disconnectRequested], [connected, logoutRequested]])
      given(created, ...events).refuses(now, 'not_connected');
    for (const end of ENDINGS) given(created, connected, end).refuses(now, 'not_connected');
    given(created, connected, disconnectRequested, connectRequested).refuses(now, 'not_connected');
  });

  it('is queued for any paired account if asked so', () => {
    given(created, connected, disconnectRequested).sends(queued);
    given(created, connected, dropped).sends(queued);
    given(created).refuses(queued, 'not_connected');
    given(created, connected, loggedOut).refuses(queued, 'not_connected');
  });

  it('is refused where there is no account', () => {
    for (const events of [[], [created, connected, deleted], [created, deleted, erased]])
      for (const wish of [now, queued]) given(...events).refuses(wish, 'not_found');
  });

  it('names me by my LID where it is known', () => {
    const me = '4915100000009@s.whatsapp.net';
    const lid = '100000000000009@lid';
    given(created, { ...connected, data: { me, lid } } as Given<AccountEvent>).sends(now, {
      jid: lid,
      alt: me,
    });
  });
});
