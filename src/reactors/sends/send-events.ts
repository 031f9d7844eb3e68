import type { MessageEvent } from '../../events/messages.ts';
import type { RelayOutcome, SendRequested } from '../../ports/whatsapp.ts';
import type { Step } from './next-steps.ts';
import type { OpenSend } from './open-sends.ts';

type Known = Exclude<RelayOutcome, { kind: 'unknown' }>;
type Ending = Exclude<Step, { kind: 'relay' }>;

const about = ({ data }: SendRequested) => ({ waId: data.waId, chat: data.chat });

/** The event that the server's answer becomes. */
export const outcomeEvent = (request: SendRequested, outcome: Known): MessageEvent =>
  outcome.kind === 'acked'
    ? { type: 'message.sent', data: { timestamp: outcome.at, evidence: 'ack', ...about(request) } }
    : {
        type: 'message.send_failed',
        data: {
          ...about(request),
          code: outcome.code,
          reason: outcome.reason,
          phase: 'server',
        },
      };

/** The event of a send that can't even be put into a frame. */
export const unpreparableEvent = (
  request: SendRequested,
  reason: string,
  phase: 'prepare' | 'upload' = 'prepare',
): MessageEvent => ({
  type: 'message.send_failed',
  data: { ...about(request), code: null, reason, phase },
});

/** The event of a step that ends a send without another frame. */
export const endingEvent = (step: Ending): MessageEvent => {
  const { request } = step.send;
  switch (step.kind) {
    case 'confirm':
      return { type: 'message.sent', data: { ...about(request), timestamp: step.at, evidence: 'receipt' } };
    case 'expire':
      return {
        type: 'message.send_failed',
        data: { ...about(request), code: null, reason: 'Not sent in time', phase: 'expired' },
      };
    case 'give_up':
      return { type: 'message.send_unknown', data: { ...about(request), attempts: step.attempts } };
  }
};

/** The event of a send whose account is gone: sent where a receipt says so, failed where it never left, else unknown. */
export const abandonedEvent = (send: OpenSend, attempts: number, reason: string): MessageEvent => {
  if (send.receiptAt !== null) return endingEvent({ kind: 'confirm', send, at: send.receiptAt });
  return attempts === 0
    ? unpreparableEvent(send.request, reason)
    : endingEvent({ kind: 'give_up', send, attempts });
};
