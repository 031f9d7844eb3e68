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
