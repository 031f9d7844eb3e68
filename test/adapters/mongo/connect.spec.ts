import assert from 'node:assert/strict';
import { it } from 'node:test';
import { connectMongo } from '../../../src/adapters/mongo/connect.ts';

for (const wish of ['', '&maxStalenessSeconds=120', '&readPreferenceTags=nodeType:ANALYTICS'])
  it(`reads from the primary, whatever the URL prefers: a secondary may not have the newest keys yet${wish}`, async () => {
    const url = `mongodb://127.0.0.1:1/?readPreference=secondaryPreferred${wish}`;
    const { client, views, state, close } = connectMongo(url, 'spec');
    assert.deepEqual(
      [client, views, state].map(({ readPreference }) => readPreference?.mode),
      ['primary', 'primary', 'primary'],
    );
    await close();
  });

for (const wish of ['', 'w=1&journal=false&wtimeoutMS=50', 'w=0'])
  it(`writes to a majority and its disks, whatever the URL says, in transactions too: ${wish}`, async () => {
    const { client, state, close } = connectMongo(`mongodb://127.0.0.1:1/?${wish}`, 'spec');
    for (const { writeConcern } of [client, state.collection('any')])
      assert.deepEqual(
        [writeConcern?.w, writeConcern?.journal, writeConcern?.wtimeoutMS],
        ['majority', true, 0],
      );
    client.startSession().startTransaction(); // which refuses one that is not acknowledged
    await close();
  });
