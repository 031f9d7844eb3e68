import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Figure } from './figure.ts';
import { openPaired, type Paired, residentMiB } from './world.ts';

const BYTES = 100_000_000;
const WARM_UP = 1_000_000;
const PIECE = randomBytes(100_000);
const IDLE_MS = 5_000;
const LOOK_MS = 20;
const MOST = 80;

const hashOf = (bytes: number): string => {
  const hash = createHash('sha256');
  for (let sent = 0; sent < bytes; sent += PIECE.length) hash.update(PIECE);
  return hash.digest('hex');
};

const writeAll = async (asked: ClientRequest, bytes: number): Promise<void> => {
  for (let sent = 0; sent < bytes; sent += PIECE.length) if (!asked.write(PIECE)) await once(asked, 'drain');
};

/** Sends a document of so many bytes as a form, as fast as the service takes it; resolves with its message id. */
const upload = async ({ service, account }: Paired, to: string, bytes: number): Promise<string> => {
  const field = `--x\r\nContent-Disposition: form-data; name="to"\r\n\r\n${to}\r\n`;
  const file = 'Content-Disposition: form-data; name="document"; filename="large.bin"';
  const head = `${field}--x\r\n${file}\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const tail = '\r\n--x--\r\n';
  const asked = request(`${service.url}/accounts/${account}/message/send/document`, {
    method: 'POST',
    headers: {
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': head.length + bytes + tail.length,
      prefer: 'wait=300',
    },
  });
  const answered = once(asked, 'response');
  asked.write(head);
  await writeAll(asked, bytes);
  asked.end(tail);
  const [response] = await answered;
  const answer = (await json(response)) as { messageId?: string };
  if (response.statusCode !== 200 || answer.messageId === undefined)
    throw new Error(`upload: ${response.statusCode} ${JSON.stringify(answer)}`);
  return answer.messageId;
};

/** Fetches a message's file; throws where it is not what was sent. */
const download = async ({ service, account }: Paired, messageId: string, bytes: number): Promise<void> => {
  const { body, status } = await fetch(`${service.url}/accounts/${account}/messages/${messageId}/media`);
  if (status !== 200 || body === null) throw new Error(`download: ${status}`);
  const hash = createHash('sha256');
  for await (const piece of body) hash.update(piece);
  if (hash.digest('hex') !== hashOf(bytes)) throw new Error('download: other bytes than were sent');
};

/** The largest resident memory while something goes on, in MiB. */
const peakDuring = async (pid: number, act: Promise<unknown>): Promise<number> => {
  const isOver = act.then(() => true);
  let peak = 0;
  do peak = Math.max(peak, residentMiB(pid));
  while (!(await Promise.race([isOver, pause(LOOK_MS, false)])));
  return peak;
};

/** What a large file costs in memory on its way out and back, over the idle figure of a service that has sent files before. */
export const media: Figure = async ({ world, rounds, say }) => {
  const paired = await openPaired(world);
  const { pid } = paired.service;
  const phone = await world.sandbox.client.makePhone(world.nextNumber());
  const to = `${phone.number}@s.whatsapp.net`;
  await download(paired, await upload(paired, to, WARM_UP), WARM_UP);
  const over: Record<'up' | 'down', number[]> = { up: [], down: [] };
  const idles: number[] = [];
  const took: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    await pause(IDLE_MS);
    const idle = residentMiB(pid);
    const begun = performance.now();
    const sending = upload(paired, to, BYTES);
    const up = await peakDuring(pid, sending);
    took.push((performance.now() - begun) / 1_000);
    await pause(IDLE_MS);
    const down = await peakDuring(pid, download(paired, await sending, BYTES));
    idles.push(idle);
    over.up.push(up - idle);
    over.down.push(down - idle);
    say(
      `  round ${round}: idle ${Math.round(idle)} MiB, upload ${Math.round(up)}, download ${Math.round(down)}`,
    );
  }
  await paired.service.stop();
  const isKept = [...over.up, ...over.down].every((more) => more <= MOST);
  return {
    title: `media: resident memory while ${BYTES / 1_000_000} MB go through`,
    lines: [
      { label: 'idle', unit: 'MiB', values: idles },
      { label: 'at most during the upload, over idle', unit: 'MiB', values: over.up },
      { label: 'at most during the download, over idle', unit: 'MiB', values: over.down },
      { label: 'upload, encryption and sending', unit: 's', values: took },
    ],
    text: `  within ${MOST} MiB of idle: ${isKept ? 'yes' : 'NO'}`,
  };
};
