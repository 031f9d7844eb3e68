import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createFolding } from '../../../../src/adapters/baileys/output-commit/folding.ts';
import { NewerOwner } from '../../../../src/adapters/mongo/auth-store-docs.ts';
import { silentLog } from '../../../support/silent-log.ts';

/** A journal whose folds end as the spec says. */
const scripted = () => {
  const ends: ((error?: Error) => void)[] = [];
  const told: Error[] = [];
  const fold = (): Promise<void> =>
    new Promise((resolve, reject) => {
      ends.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  const folding = createFolding({ fold }, (error) => void told.push(error), silentLog);
  const second = async (): Promise<void> => {
    mock.timers.tick(1_000);
    await turn();
  };
  return { ends, told, folding, second };
};

describe('the folding of keys', () => {
  // within: specs share a process, and hooks of a file are hooks of all
  beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));
  afterEach(() => mock.timers.reset());

  it('ends a session whose keys a newer owner has, and no other: the journal keeps what is not folded', async () => {
    const { ends, told, folding, second } = scripted();
    await second();
    ends[0]?.(new Error('the database is away'));
    await turn();
    await second();
    assert.deepEqual([ends.length, told.length], [2, 0]);
    ends[1]?.(new NewerOwner('another process'));
    await turn();
    assert.deepEqual(
      told.map(({ message }) => message),
      ['another process'],
    );
    const stopped = folding.stop();
    await turn();
    ends[2]?.();
    await stopped;
  });

  it('folds one at a time, and once more in the end', async () => {
    const { ends, folding, second } = scripted();
    await second();
    await second();
    assert.equal(ends.length, 1);
    let isOver = false;
    const stopped = folding.stop().then(() => {
      isOver = true;
    });
    await second();
    assert.equal(ends.length, 1);
    ends[0]?.();
    await turn();
    assert.deepEqual([ends.length, isOver], [2, false]);
    ends[1]?.(new Error('the database is away'));
    await stopped;
  });
});
