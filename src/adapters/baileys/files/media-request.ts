import type { IncomingMessage } from 'node:http';
import { type Agent, type RequestOptions, request } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DEFAULT_ORIGIN } from '@whiskeysockets/baileys';
import { firstAnswer } from '../../first-answer.ts';
import { ignore } from '../signals.ts';

/** How WhatsApp's media hosts are asked. */
export type MediaRequest = Readonly<{
  agent: Agent | undefined;
  signal: AbortSignal;
  /** Milliseconds without a byte in either direction after which it is given up; a minute by default. */
  idleMs?: number | undefined;
}>;

type Sending = Readonly<{ method: 'POST'; headers: RequestOptions['headers']; body: Readable }>;

/** Longer than what the kernel has taken needs on a slow line. */
const IDLE_MS = 60_000;

/**
 * Asks a media host (GET, or a POST of what `sending` streams), and gives its answer once that begins. Both fail where
 * the connection breaks off or nothing moves any more, and at `signal`.
 */
export const askMediaHost = async (
  url: URL,
  { idleMs = IDLE_MS, ...asking }: MediaRequest,
  sending?: Sending,
): Promise<IncomingMessage> => {
  const { body, headers, ...rest } = sending ?? {};
  const options = { ...asking, ...rest, timeout: idleMs, headers: { ...headers, Origin: DEFAULT_ORIGIN } };
  const asked = request(url, options);
  let answer: IncomingMessage | undefined;
  asked.on('timeout', () => (answer ?? asked).destroy(new Error('the media host says nothing')));
  // once the answer has begun its reader is told
  asked.on('error', ignore);
  if (body === undefined) asked.end();
  else pipeline(body, asked).catch(ignore); // which fails with it
  answer = await firstAnswer(asked);
  // who answers before it has all wants no more of it
  answer.once('end', () => body?.destroy());
  return answer;
};
