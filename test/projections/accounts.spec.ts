import assert from 'node:assert/strict';
import { it } from 'node:test';
import { accountsProjection } from '../../src/projections/accounts.ts';
import { asView } from '../../src/projections/projection.ts';
import { created, deleted, ME } from '../support/events.ts';
import { type Given, projectionSpec, type Tables } from '../support/projection-spec.ts';

const given = projectionSpec(asView(accountsProjection));
const shop = (tables: Tables): Record<string, unknown> => ({ ...tables.accounts?.shop });
const connected = { type: 'account.connected', data: { me: ME.alt ?? '', lid: ME.jid } } as const;
const dropped = {
  type: 'account.disconnected',
  data: { code: 428, reason: 'closed', retryAt: '2026-01-02T03:04:06.000Z' },
} as const;

it('an account is created', () =>
  given(created()).then((tables) =>
    assert.deepEqual(shop(tables), {
      _id: 'shop',
      status: 'created',
      gen: 1,
      name: 'Shop',
      collectionName: 'auth_shop',
      createdAt: '2026-01-01T00:00:01.000Z',
      updatedAt: '2026-01-01T00:00:01.000Z',
      wanted: true,
      paired: false,
      leaving: false,
      epoch: 0,
      me: null,
      reason: null,
      standing: {},
    }),
  ));

it('its status follows its connection', () =>
  given(created(), { ...connected, epoch: 7 }, { ...dropped, epoch: 7 }).then((tables) => {
    const { status, epoch, reason, me, updatedAt } = shop(tables);
    assert.deepEqual([status, epoch, reason], ['reconnecting', 7, 'closed']);
    assert.equal(updatedAt, '2026-01-01T00:00:03.000Z');
    assert.deepEqual(me, { jid: ME.alt, lid: ME.jid });
  }));

it('a zombie of an older epoch changes nothing', () =>
  given(created(), { ...connected, epoch: 7 }, { ...dropped, epoch: 6 }).then((tables) =>
    assert.equal(shop(tables).status, 'connected'),
  ));

it('a deleted account is gone, and stays so when a late fact comes', () =>
  given(created(), deleted(), connected, { type: 'account.erased', data: {} }, connected).then((tables) =>
    assert.deepEqual(tables.accounts, {}),
  ));

it('a new life begins anew, and facts of the former do not touch it', () =>
  given(created(), connected, deleted(), { ...created('auth_new'), gen: 2 }, connected).then((tables) => {
    const { status, gen, collectionName } = shop(tables);
    assert.deepEqual([status, gen, collectionName], ['created', 2, 'auth_new']);
  }));

const RESTRICTED = {
  type: 'account.send_restricted',
  data: { until: '2026-01-03T00:00:00.000Z', reason: 'BIZ_QUALITY' },
} as const;
const unrestricted = { type: 'account.send_unrestricted', data: {} } as const;
const restrictionOf = (tables: Tables): unknown =>
  (shop(tables).standing as { restriction?: unknown }).restriction;

it('that it may write to nobody new stands since it was first told, as it was told last', () =>
  given(created(), { type: 'account.send_restricted', data: {} }, RESTRICTED).then((tables) =>
    assert.deepEqual(restrictionOf(tables), { since: '2026-01-01T00:00:02.000Z', ...RESTRICTED.data }),
  ));

it('a restriction after one whose end had come, of which WhatsApp need not tell, stands since its own', async () => {
  const later = (occurredAt: string): Given => ({
    type: 'account.send_restricted',
    data: { until: '2026-06-03T00:00:00.000Z' },
    occurredAt,
  });
  for (const [at, since] of [
    ['2026-01-02T23:59:59.000Z', '2026-01-01T00:00:02.000Z'],
    ['2026-01-03T00:00:00.000Z', '2026-01-03T00:00:00.000Z'],
    ['2026-06-01T00:00:00.000Z', '2026-06-01T00:00:00.000Z'],
  ] as const)
    await given(created(), RESTRICTED, later(at)).then((tables) =>
      assert.equal((restrictionOf(tables) as { since: string }).since, since),
    );
});

it('and until it may again', () =>
  given(created(), RESTRICTED, dropped, connected, unrestricted).then((tables) =>
    assert.equal(restrictionOf(tables), undefined),
  ));

it('what a zombie says of its restriction counts for nothing', () =>
  given(created(), { ...RESTRICTED, epoch: 7 }, { ...unrestricted, epoch: 6 }).then((tables) =>
    assert.ok(restrictionOf(tables)),
  ));

it('what was said of another phone counts for nothing', () =>
  given(created(), RESTRICTED, { type: 'account.paired', data: { me: ME.alt ?? '' } }).then((tables) =>
    assert.equal(restrictionOf(tables), undefined),
  ));
