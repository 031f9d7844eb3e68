import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asView } from '../../src/projections/projection.ts';
import { textsProjection } from '../../src/projections/texts.ts';
import * as make from '../support/events.ts';
import { type Given, projectionSpec, type Tables } from '../support/projection-spec.ts';

const { ANN, ANN_PN, BOB, GROUP, NOW } = make;
const given = projectionSpec(asView(textsProjection));
const KEY = 'shop/l100000000000001/l100000000000001/M1';
const says = (text: string) => ({ content: { type: 'text', text } as const });
const wordsAt = (tables: Tables, key = KEY): unknown => tables.texts?.[key]?.words;

describe('the texts view', () => {
  it('knows the words of a message, and where to look for it', () =>
    given(make.created(), make.received('M1', says('Hello, World'))).then(({ texts }) =>
      assert.deepEqual(texts, {
        [KEY]: {
          _id: KEY,
          ids: [KEY, 'shop/p4915100000001/p4915100000001/M1'],
          account: 'shop',
          chat: 'l100000000000001',
          type: 'text',
          fromMe: false,
          timestamp: NOW,
          seq: 2,
          words: ['hello', 'world'],
          said: ' hello world',
        },
      }),
    ));

  it('has a vocabulary of each account, of edits and their messages', () =>
    given(
      make.received('M1', says('Hello, World')),
      make.edited({ waId: 'M1' }, 'hello there'),
      make.edited({ waId: 'unseen' }, 'strange'),
      {
        type: 'message.system',
        data: {
          waId: 'N1',
          chat: ANN,
          from: ANN,
          timestamp: NOW,
          notice: 'E2E_ENCRYPTED',
          parameters: ['x'],
        },
      },
    ).then(({ texts, vocabulary = {} }) => {
      const words = Object.values(vocabulary).map(({ word }) => word);
      assert.deepEqual(words, ['hello', 'world', 'there', 'strange']);
      assert.deepEqual(vocabulary['shop/there'], { _id: 'shop/there', account: 'shop', word: 'there' });
      assert.equal(texts?.[KEY]?.said, ' hello world there');
    }));

  it('takes a second telling under another address for the same message', () =>
    given(
      make.received('M1', { ...says('one'), chat: ANN_PN, from: ANN_PN }),
      make.received('M1', says('one')),
    ).then(({ texts = {} }) =>
      assert.deepEqual(Object.keys(texts), ['shop/p4915100000001/p4915100000001/M1']),
    ));

  it('keeps where it stands and what it said where it is told of once more', () =>
    given(
      make.received('M1', says('one')),
      make.edited({ waId: 'M1' }, 'two'),
      make.imported('M1', { ...says('one'), timestamp: NOW + 1 }),
    ).then(({ texts }) => {
      const { words, seq, timestamp } = { ...texts?.[KEY] };
      assert.deepEqual([words, seq, timestamp], [['one', 'two'], 1, NOW]);
    }));

  it('keeps the words of every version, whichever came first', async () => {
    const edit = make.edited({ waId: 'M1' }, 'mended');
    for (const order of [
      [make.received('M1', says('broken')), edit],
      [edit, make.received('M1', says('broken'))],
    ])
      assert.deepEqual(wordsAt(await given(...order)), ['broken', 'mended']);
  });

  it('takes edits from the author only, and other remarks from nobody', () =>
    given(
      make.received('M1', { ...says('mine'), chat: GROUP, from: ANN }),
      make.edited({ waId: 'M1' }, 'theirs', { chat: GROUP, by: BOB }),
      make.reacted({ waId: 'M1' }, 'x', { chat: GROUP }),
      make.revoked({ waId: 'M1' }, { chat: GROUP }),
    ).then((tables) =>
      assert.deepEqual(wordsAt(tables, 'shop/g120363000000000001/l100000000000001/M1'), ['mine']),
    ));

  it("knows an own edit's words when it is asked for", () =>
    given(
      make.sendRequested('S1', says('first')),
      make.remarkRequested(
        'S2',
        { kind: 'edit', target: { waId: 'S1', fromMe: true, author: make.ME } },
        says('second'),
      ),
    ).then((tables) => {
      assert.deepEqual(wordsAt(tables, 'shop/me/S1'), ['first', 'second']);
      assert.deepEqual(Object.keys(tables.texts ?? {}), ['shop/me/S1']);
    }));

  it('has a message once it can be read, not its placeholder', async () => {
    assert.deepEqual((await given(make.undecryptable('M1'))).texts, {});
    const both = await given(make.undecryptable('M1'), make.received('M1', says('now')));
    assert.deepEqual(wordsAt(both), ['now']);
  });

  it('has a thousand words of a novel at most, its own before those of edits', () =>
    given(
      make.edited({ waId: 'M1' }, Array.from({ length: 600 }, (_, n) => `edit${n}`).join(' ')),
      make.received('M1', says(Array.from({ length: 600 }, (_, n) => `own${n}`).join(' '))),
    ).then((tables) => {
      const words = wordsAt(tables) as string[];
      assert.deepEqual([words.length, words[599], words[999]], [1_000, 'own599', 'edit399']);
    }));

  it('forgets a deleted account, and what is late of it', async () => {
    const late: Given = make.received('M2', says('late'));
    const { texts, textLives } = await given(
      make.created(),
      make.received('M1', says('gone')),
      make.deleted(),
      late,
    );
    assert.deepEqual(texts, {});
    assert.deepEqual(textLives, { shop: { _id: 'shop', gen: 1, deleted: true } });
    const anew = [make.created(), make.deleted(), { ...make.created(), gen: 2 }];
    const next = await given(...anew, late, { ...make.received('M3', says('new')), gen: 2 });
    assert.deepEqual(
      Object.values(next.vocabulary ?? {}).map(({ word }) => word),
      ['new'],
    );
  });
});
