import assert from 'node:assert/strict';
import { it } from 'node:test';
import { keepTokens } from '../../../../src/adapters/baileys/history/tokens.ts';
import { createKeyMemory } from '../../../../src/adapters/baileys/output-commit/key-memory.ts';

const ANN = '111@lid';
const BEN = '222@lid';
const nothing = (): void => undefined;

it("keeps a part's trusted-contact tokens under people's LIDs, and none that is older than a known one", async () => {
  const memory = createKeyMemory([], { commit: nothing, onInbox: nothing, onLink: nothing });
  const { keys } = memory.auth;
  await keys.set({ 'lid-mapping': { 4915111111: '111', '111_reverse': '4915111111' } });
  const known = { token: Buffer.from('known'), timestamp: '1700000000', senderTimestamp: 5 };
  await keys.set({ tctoken: { [BEN]: known } });
  const directory = { me: () => ({ pn: null, lid: null }), lidOf: memory.lidOf, pnOf: memory.pnOf };
  const keep = (timestamp: number) =>
    keepTokens(
      [
        {
          id: '4915111111@s.whatsapp.net',
          tcToken: Buffer.from('a'),
          tcTokenTimestamp: timestamp,
          tcTokenSenderTimestamp: 7,
        },
        { id: BEN, tcToken: Buffer.from('b'), tcTokenTimestamp: timestamp },
        { id: '333@lid' },
      ],
      memory,
      directory,
    );
  await keep(1_600_000_000);
  const ann = { token: Buffer.from('a'), timestamp: '1600000000', senderTimestamp: 7 };
  assert.deepEqual(await keys.get('tctoken', [ANN, BEN, '333@lid']), { [ANN]: ann, [BEN]: known });
  await keep(1_800_000_000);
  assert.deepEqual(await keys.get('tctoken', [ANN, BEN]), {
    [ANN]: { ...ann, timestamp: '1800000000' },
    [BEN]: { ...known, token: Buffer.from('b'), timestamp: '1800000000' },
  });
  const { __index: index } = await keys.get('tctoken', ['__index']);
  assert.deepEqual(JSON.parse(String(index?.token)), [BEN, ANN]);
});
