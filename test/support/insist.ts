import type { PhoneHandle } from '../../sandbox/client.ts';
import type { Service } from './service.ts';
import { waitFor } from './wait.ts';
import { jidOf } from './world.ts';

/** A client that takes no silence for an answer. */
type Insisting = Readonly<{
  /** Id of the message that each text became. */
  sent: Map<string, string>;
  /** How often it was answered with each status; `none` where the connection broke. */
  answers: Map<string, number>;
  /** Lets the send in hand get its answer and resolves. */
  stop: () => Promise<void>;
}>;

const LIMIT_MS = 120_000;

/**
 * Sends texts one after another, `lines` of them side by side, each under an Idempotency-Key of its own and again
 * until it is answered 2xx. `service` may be another one each time; `label` makes the texts different from all others.
 */
export const insist = (
  service: () => Service,
  { account, to, lines, label }: Readonly<{ account: string; to: PhoneHandle; lines: number; label: string }>,
): Insisting => {
  const sent = new Map<string, string>();
  const answers = new Map<string, number>();
  let stopping = false;

  const sendOnce = async (text: string, prefer: string): Promise<string> => {
    const headers = { 'Idempotency-Key': text.replaceAll(' ', '-'), Prefer: prefer };
    const body = { to: jidOf(to), message: text };
    const answer = await service()
      .send('POST', `/accounts/${account}/message/send`, body, headers)
      .catch(() => null);
    const status = String(answer?.status ?? 'none');
    answers.set(status, (answers.get(status) ?? 0) + 1);
    if (answer === null || answer.status >= 300) throw new Error(JSON.stringify(answer?.body ?? 'no answer'));
    return String(answer.body.messageId);
  };
  const line = async (n: number): Promise<void> => {
    // every other one is content to know that it is in the log
    const prefer = n % 2 === 0 ? 'wait=0' : 'wait=10';
    for (let m = 1; !stopping; m++) {
      const text = `${label}, line ${n}, text ${m}`;
      const id = await waitFor(() => sendOnce(text, prefer), { what: `2xx for ${text}`, ms: LIMIT_MS });
      sent.set(text, id);
    }
  };
  const running = Promise.all(Array.from({ length: lines }, (_, n) => line(n + 1)));
  // told by `stop`; until then it is no unhandled rejection
  running.catch(() => undefined);
  return {
    sent,
    answers,
    stop: async () => {
      stopping = true;
      await running;
    },
  };
};
