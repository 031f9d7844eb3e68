import type { SendRequest } from '../../src/events/messages.ts';
import type { Session } from '../../src/ports/whatsapp.ts';

type Request = Parameters<Session['prepare']>[0];

/** Makes texts (or what `more` says) to a number, as the API would have asked for them, each under an id of its own. */
export const sendRequests = (
  account: string,
  number: string,
): ((text: string, more?: Partial<SendRequest>) => Request) => {
  let sent = 0;
  const to = `${number}@s.whatsapp.net`;
  return (text, more = {}) => {
    sent++;
    const at = new Date().toISOString();
    return {
      id: `request-${sent}`,
      type: 'message.send_requested',
      v: 1,
      account,
      gen: 1,
      at,
      occurredAt: at,
      seq: sent,
      data: {
        waId: `3EBFED${String(sent).padStart(16, '0')}`,
        chat: { jid: to },
        to,
        from: null,
        timestamp: Math.floor(Date.now() / 1_000),
        content: { type: 'text', text },
        bodyHash: '',
        ...more,
      },
    };
  };
};
