import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ReachoutTimelockEnforcementType as Type } from '@whiskeysockets/baileys';
import { quotaEvent, restrictionEvent } from '../../../../src/adapters/baileys/reading/account.ts';
import { accountEvents } from '../../../../src/events/accounts.ts';

const UNTIL = new Date('2026-01-03T00:00:00.000Z');
const restricted = (data: object) => ({ type: 'account.send_restricted', data });

for (const [what, lock, event] of [
  [
    'a restriction with its end and its reason',
    { isActive: true, timeEnforcementEnds: UNTIL, enforcementType: Type.BIZ_QUALITY },
    restricted({ reason: 'BIZ_QUALITY', until: UNTIL.toISOString() }),
  ],
  ['one without either', { isActive: true, enforcementType: Type.DEFAULT }, restricted({})],
  ['an end that is no time', { isActive: true, timeEnforcementEnds: new Date('x') }, restricted({})],
  [
    'an end that no reader could take',
    { isActive: true, timeEnforcementEnds: new Date(8.64e15) },
    restricted({ until: '9999-12-31T23:59:59.000Z' }),
  ],
  [
    'that there is none',
    { isActive: false, timeEnforcementEnds: UNTIL, enforcementType: Type.DEFAULT },
    { type: 'account.send_unrestricted', data: {} },
  ],
] as const)
  it(`reads ${what}`, () => {
    const found = restrictionEvent(lock);
    assert.deepEqual(found, event);
    if (found.type === 'account.send_restricted') accountEvents[found.type].parse(found.data);
  });

for (const [what, info, data] of [
  [
    'all that it says',
    { total_quota: 40, used_quota: 12, capping_status: 'CAPPED', cycle_end_timestamp: '1767398400' },
    { total: 40, used: 12, status: 'CAPPED', until: '2026-01-03T00:00:00.000Z' },
  ],
  [
    'numbers in texts, a time in milliseconds, and that there is no limit',
    { total_quota: '-1', used_quota: '0', cycle_end_timestamp: '1767398400000' },
    { total: -1, used: 0, until: '2026-01-03T00:00:00.000Z' },
  ],
  [
    'nothing from garbage',
    { total_quota: {}, used_quota: 1.5, capping_status: [], cycle_end_timestamp: 'x' },
    {},
  ],
] as const)
  it(`reads of a quota ${what}`, () => {
    const found = quotaEvent(info as never);
    assert.deepEqual(found, { type: 'account.quota_changed', data });
    accountEvents['account.quota_changed'].parse(found.data);
  });
