import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { waitFor } from '../test/support/wait.ts';
import { visible } from './bursts.ts';
import type { Figure } from './figure.ts';
import { table } from './report.ts';
import { format, median, quantile } from './rounds.ts';
import { recipients, sendOverRest } from './send.ts';
import { type BenchService, temporaryDirectory } from './service.ts';
import { openPaired } from './world.ts';

type Mark = readonly [name: string, at: number];

const QUIET_MS = 60;
const marksFile = z.array(z.tuple([z.string(), z.number()]));

/** What a received message goes through; each is looked for behind the one before it. */
const RECEIVE = [
  'frame in',
  'decrypted',
  'message.received published',
  'message.received in the log',
  'journal committed begins',
  'journal committed',
  'frame out',
  'view transaction begins',
  'view committed',
];
const SEND = [
  'http request',
  'message.send_requested published',
  'message.send_requested in the log',
  'outbox row written begins',
  'message.send_attempted published',
  'encrypted',
  'outbox row written',
  'message.send_attempted in the log',
  'journal committed',
  'frame out',
  'frame in',
  'message.sent published',
  'message.sent in the log',
  'view committed',
  'http answered',
];
/** These stand for the last one before the end: others of their name belong to other events. */
const LAST: ReadonlySet<string> = new Set(['view committed']);

/** Milliseconds of each step since the first; steps that run side by side are looked for from the start. */
const timesOf = (marks: readonly Mark[], steps: readonly string[]): Map<string, number> => {
  const begun = marks[0]?.[1] ?? 0;
  const times = new Map<string, number>();
  for (const name of steps) {
    const at = LAST.has(name)
      ? marks.findLast(([found]) => found === name)
      : marks.find(
          ([found, when]) =>
            found === name && when >= (AFTER[name] ? (times.get(AFTER[name]) ?? 0) + begun : begun),
        );
    if (at !== undefined) times.set(name, at[1] - begun);
  }
  return times;
};

/** Marks of which there are several: the first one behind another is meant. */
const AFTER: Readonly<Record<string, string>> = {
  'frame out': 'journal committed',
  'frame in': 'frame out',
  'view transaction begins': 'message.received in the log',
};

/** Cuts marks into one piece per message. */
const cut = (marks: readonly Mark[], isBegin: (mark: Mark, at: number) => boolean): Mark[][] => {
  const pieces: Mark[][] = [];
  marks.forEach((mark, at) => {
    if (isBegin(mark, at)) pieces.push([]);
    pieces.at(-1)?.push(mark);
  });
  return pieces;
};

const describe = (title: string, pieces: readonly Mark[][], steps: readonly string[]): string => {
  const all = pieces.map((piece) => timesOf(piece, steps));
  const whole = all.filter((times) => steps.every((name) => times.has(name)));
  const rows = steps
    .map((name) => ({ name, values: whole.map((times) => times.get(name) ?? 0) }))
    .sort((one, other) => median(one.values) - median(other.values))
    .map(({ name, values }) => [name, format(median(values)), format(quantile(values, 0.99))]);
  return `  ${title}: ${whole.length} of ${pieces.length}, ms since the first\n${table([['', 'p50', 'p99'], ...rows])}`;
};

const collect = async (service: BenchService, file: string): Promise<readonly Mark[]> => {
  rmSync(file, { force: true });
  process.kill(service.pid, 'SIGUSR2');
  return waitFor(
    () => {
      const found = marksFile.safeParse(JSON.parse(readFileSync(file, 'utf8')));
      return found.success && found.data;
    },
    { what: 'trace' },
  );
};

/** Where the milliseconds of one message in and one message out go, in a service that has nothing else to do. */
export const trace: Figure = async ({ world, quick, say }) => {
  const count = quick ? 30 : 150;
  const file = join(temporaryDirectory(), 'trace.json');
  const hooks = ['--import', './dist/bench/trace-hooks.js', join('dist', 'src', 'main.js')];
  const paired = await openPaired({ ...world, env: () => ({ ...world.env(), TRACE_FILE: file }) }, hooks);
  const [to] = await recipients(world);
  const anna = world.sandbox.client.phone((to ?? '').split('@')[0] ?? '');
  const receive = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n++) {
      const before = await visible(paired);
      await anna.send(paired.number, `message ${n}`);
      await waitFor(async () => (await visible(paired)) > before, { what: 'message' });
      await pause(QUIET_MS);
    }
  };
  const sendOne = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n++) {
      await sendOverRest(paired, [to ?? ''], 1, 1);
      await pause(QUIET_MS);
    }
  };
  say(`trace: ${count} messages in, then ${count} out, one at a time`);
  await receive(20);
  await sendOne(20);
  await collect(paired.service, file);
  await receive(count);
  const received = await collect(paired.service, file);
  await sendOne(count);
  const sent = await collect(paired.service, file);
  await paired.service.stop();

  // requests are the bench's own looks; a message begins with the frame before its decryption
  const incoming = received.filter(([name]) => !name.startsWith('http'));
  const receives = cut(
    incoming,
    ([name], at) => name === 'frame in' && incoming[at + 1]?.[0] === 'decrypted',
  );
  const sends = cut(sent, ([name]) => name === 'http request').map((piece) =>
    piece.slice(0, piece.findIndex(([name]) => name === 'http answered') + 1),
  );
  return {
    title: 'trace: where the milliseconds go',
    lines: [],
    text: `${describe('one message in', receives, RECEIVE)}\n${describe('one message out', sends, SEND)}`,
  };
};
