import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rotated, shownAddress, withTarget } from '../../src/commands/webhook-targets.ts';
import { type ErrorCode, WildcatError } from '../../src/errors.ts';
import type { Target } from '../../src/ports/webhooks.ts';

const NOW = new Date('2026-01-02T00:00:00.000Z');
const TOMORROW = '2026-01-03T00:00:00.000Z';
const SOON = '2026-01-02T00:00:00.001Z';
const target = (...secrets: Target['secrets']): Target => ({
  url: 'https://a.example/x',
  headers: {},
  secrets,
});
const of = (secret: string, until: string | null = null) => ({ secret, until });

describe('a secret that is replaced', () => {
  const cases: [what: string, before: Target['secrets'], after: Target['secrets']][] = [
    ['goes on for a day', [of('a')], [of('new'), of('a', TOMORROW)]],
    [
      'goes on no longer because of another one',
      [of('b'), of('a', SOON)],
      [of('new'), of('b', TOMORROW), of('a', SOON)],
    ],
    ['is gone after its day', [of('b'), of('a', NOW.toISOString())], [of('new'), of('b', TOMORROW)]],
    [
      'is the newest again where it is given again',
      [of('b'), of('new', SOON)],
      [of('new'), of('b', TOMORROW)],
    ],
    [
      'is one of three at most',
      [of('c'), of('b', TOMORROW), of('a', SOON)],
      [of('new'), of('c', TOMORROW), of('b', TOMORROW)],
    ],
  ];
  for (const [what, before, after] of cases)
    it(what, () => assert.deepEqual(rotated(target(...before), 'new', NOW), after));
});

it('an address is shown without what may be a password', () => {
  assert.equal(shownAddress('https://user:pass@a.example:8443/x/y?key=1#z'), 'https://a.example:8443/x/y');
});

describe('the target of what is appended', () => {
  const rows = async (act: (ref: string) => Promise<string>) => {
    const kept = new Map<string, Target>();
    const targets = {
      keep: async (ref: string, one: Target) => void kept.set(ref, one),
      find: async (ref: string) => kept.get(ref) ?? null,
      erase: async (ref: string) => void kept.delete(ref),
    };
    await withTarget({ targets, random: () => 'ref' }, target(of('a')), act).catch(() => undefined);
    return [...kept.keys()];
  };
  const failing = (code: ErrorCode) => async () => {
    throw new WildcatError(code, 'why');
  };

  it('is there before, and stays', async () => {
    assert.deepEqual(await rows(async (ref) => ref), ['ref']);
  });

  it('stays where it may have been appended, and goes where it was refused', async () => {
    assert.deepEqual(await rows(failing('unavailable')), ['ref']);
    assert.deepEqual(await rows(failing('already_exists')), []);
  });
});
