import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { subjectOf } from '../../../src/events/codec.ts';
import { type OpenSend, sendSubjects } from '../../../src/reactors/sends/open-sends.ts';
import {
  abandonedEvent,
  endingEvent,
  outcomeEvent,
  unpreparableEvent,
} from '../../../src/reactors/sends/send-events.ts';
import * as make from '../support/sends.ts';

const request = make.requested(1, 'a');
assert.ok(request.type === 'message.send_requested');
const open = (over: Partial<OpenSend> = {}): OpenSend => ({ request, attempts: 0, receiptAt: null, ...over });
const about = { waId: 'a', chat: request.data.chat };
const failed = (data: object) => ({ type: 'message.send_failed', data: { ...about, code: null, ...data } });
const sent = (timestamp: number, evidence: string) => ({
  type: 'message.sent',
  data: { ...about, timestamp, evidence },
});
const unknown = (attempts: number) => ({ type: 'message.send_unknown', data: { ...about, attempts } });
const refused = (code: number) => outcomeEvent(request, { kind: 'refused', code, reason: 'why' });

it('the log is read for all that tells how a send fares', () => {
  const { requested, attempted, sent, failed, unknown, receipt, readBy } = make;
  const prefixes = sendSubjects('shop').map((pattern) => pattern.slice(0, -1));
  for (const told of [requested, attempted, sent, failed, unknown, receipt, readBy]) {
    const subject = subjectOf(told(1, 'a'));
    assert.ok(
      prefixes.some((prefix) => subject.startsWith(prefix)),
      subject,
    );
  }
});

describe('how a send ended is told', () => {
  for (const [what, event, expected] of [
    ['with the time of the ack', outcomeEvent(request, { kind: 'acked', at: 7 }), sent(7, 'ack')],
    ["with WhatsApp's reason", refused(400), failed({ code: 400, reason: 'why', phase: 'server' })],
    [
      'as it could not be prepared',
      unpreparableEvent(request, 'why'),
      failed({ reason: 'why', phase: 'prepare' }),
    ],
    [
      'as its file did not go',
      unpreparableEvent(request, 'why', 'upload'),
      failed({ reason: 'why', phase: 'upload' }),
    ],
    ['by its receipt', endingEvent({ kind: 'confirm', send: open(), at: 7 }), sent(7, 'receipt')],
    [
      'as too late',
      endingEvent({ kind: 'expire', send: open() }),
      failed({ reason: 'Not sent in time', phase: 'expired' }),
    ],
    ['as unknown', endingEvent({ kind: 'give_up', send: open(), attempts: 3 }), unknown(3)],
    ['abandoned, by its receipt', abandonedEvent(open({ receiptAt: 7 }), 2, 'gone'), sent(7, 'receipt')],
    [
      'abandoned, as it never left',
      abandonedEvent(open(), 0, 'gone'),
      failed({ reason: 'gone', phase: 'prepare' }),
    ],
    ['abandoned, as unknown', abandonedEvent(open(), 2, 'gone'), unknown(2)],
  ] as const)
    it(what, () => assert.deepEqual(event, expected));
});
