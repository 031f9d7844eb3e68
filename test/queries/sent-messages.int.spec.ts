import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createStoredQueries } from '../../src/queries/stored-messages.ts';
import * as make from '../support/events.ts';
import { openStoredViews } from '../support/stored-views.ts';

const UNSAID = { type: 'system', text: null } as const;
let stored: Awaited<ReturnType<typeof openStoredViews>>;
before(async () => {
  stored = await openStoredViews([
    make.created(),
    make.sendRequested('S1'),
    make.sendRequested('T1', { content: UNSAID, timer: 86_400 }),
    make.sent('T1'),
  ]);
});
after(() => stored.close());

it('are those that say something: a timer is no message to tell of, but how it fares is known', async () => {
  const queries = createStoredQueries(stored.read());
  assert.equal((await queries.findSent('shop', 'S1'))?.waId, 'S1');
  assert.equal(await queries.findSent('shop', 'T1'), null);
  assert.equal((await queries.findOwn('shop', 'T1'))?.status, 'sent');
});
