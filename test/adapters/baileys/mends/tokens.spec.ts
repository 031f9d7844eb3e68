import '../../../../src/adapters/baileys/gateway.ts';
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decodeBinaryNode, encodeBinaryNode } from '@whiskeysockets/baileys';

it('says the id of a message as its sender chose it, whatever objects inherit', async () => {
  for (const id of ['ABC', 'constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    const receipt = { tag: 'receipt', attrs: { id, to: '123@lid' } };
    assert.deepEqual((await decodeBinaryNode(encodeBinaryNode(receipt))).attrs, receipt.attrs);
  }
});
