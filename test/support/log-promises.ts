import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../../src/errors.ts';
import { created, EVERYTHING, openLog, readAll, received, type TestLog, waIdsOf } from './log.ts';
import { waitFor } from './wait.ts';

const WINDOW = 200;

/** Appends for as long as `goOn` says so, in order and under ids of this run; resolves with what was acknowledged. */
const write = async ({ log }: TestLog, goOn: () => boolean): Promise<string[]> => {
  const run = randomBytes(4).toString('hex');
  const appends: Promise<string>[] = [];
  let acked = 0;
  while (goOn()) {
    if (appends.length - acked >= WINDOW)
      await waitFor(() => appends.length - acked < WINDOW, { what: 'room in the window', ms: 60_000 });
    const id = `${run}${appends.length}`;
    appends.push(
      log.append(received(id)).then(({ duplicate }) => {
        assert.equal(duplicate, false);
        acked += 1;
        return id;
      }),
    );
    if (appends.length % 20 === 0) await delay(1); // lets the acks in
  }
  return Promise.all(appends);
};

/** Decides one after the other against rivals; resolves with the versions that were won. */
const decide = async ({ log }: TestLog, goOn: () => boolean): Promise<number[]> => {
  const won: number[] = [];
  while (goOn())
    try {
      const version = await log.end('shop', 'account');
      won.push((await log.appendDecision(created(), version)).version);
    } catch (error) {
      assert.ok(hasCode(error, 'version_conflict') || hasCode(error, 'unavailable'), String(error));
    }
  return won;
};

type Trouble = Readonly<{
  rounds: number;
  /** Makes it and ends it. */
  disturb: (round: number) => Promise<void>;
}>;

/**
 * Facts, racing decisions and a follower over rounds of trouble; before each the follower has seen news. Fails where
 * anything acknowledged is lost, doubled, out of its order within the chat, or followed out of order.
 */
export const keepPromises = async (url: string, { rounds, disturb }: Trouble): Promise<void> => {
  const [writer, one, other, reader] = await Promise.all([1, 2, 3, 4].map(() => openLog(url)));
  assert.ok(writer && one && other && reader);
  const fresh = { ...EVERYTHING, after: (await reader.log.state()).lastSeq };
  let running = true;
  const goOn = (): boolean => running;
  const stop = new AbortController();
  const followed: number[] = [];
  const follow = async (): Promise<void> => {
    for await (const batch of reader.log.follow(fresh, { signal: stop.signal }))
      followed.push(...batch.map(({ seq }) => seq));
  };
  const following = follow();
  const work = Promise.all([write(writer, goOn), decide(one, goOn), decide(other, goOn)]);
  for (let round = 0; round < rounds; round++) {
    const { length } = followed;
    await waitFor(() => followed.length > length + 100, { what: 'progress', ms: 60_000 });
    await disturb(round);
  }
  running = false;
  const [ids, ...won] = await work;
  const entries = await readAll(reader.log, fresh);
  assert.deepEqual(waIdsOf(entries), ids);
  // `unavailable` leaves an outcome open, so a fence may have moved unseen, never the other way round
  const fences = entries.flatMap((entry) => (entry.kind === 'version' ? [entry.seq] : []));
  const claimed = won.flat();
  assert.equal(new Set(claimed).size, claimed.length);
  for (const version of claimed) assert.ok(fences.includes(version), `version ${version} was claimed`);
  await waitFor(() => followed.length >= entries.length, { what: 'follower at the end', ms: 30_000 });
  assert.deepEqual(
    followed,
    entries.map(({ seq }) => seq),
  );
  stop.abort();
  await following;
  await Promise.all([writer, one, other, reader].map((open) => open.close()));
};
