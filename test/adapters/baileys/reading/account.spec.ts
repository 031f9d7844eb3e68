import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ReachoutTimelockEnforcementType as Type } from '@whiskeysockets/baileys';
import { restrictionEvent } from '../../../../src/adapters/baileys/reading/account.ts';
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
