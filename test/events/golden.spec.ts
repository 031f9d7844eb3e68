import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { catalogue, decodeEvent, subjectOf } from '../../src/events/codec.ts';
import { versionOf } from '../../src/events/upcast.ts';

// Every version of every event that was ever written, and what it must be read as for ever. A new version gets a new
// file; a file that was released is never changed but for what `read` gains when a field with a default is added.
const DIR = join('test', 'golden');
const golden = z.object({
  seq: z.number(),
  subject: z.string(),
  /** The message's body as it was stored. */
  stored: z.record(z.string(), z.unknown()),
  /** What this build makes of it. */
  read: z.record(z.string(), z.unknown()),
});

const files = readdirSync(DIR);
const load = (file: string) => golden.parse(JSON.parse(readFileSync(join(DIR, file), 'utf8')));

describe('the golden events', () => {
  it('hold one file per type and version', () => {
    const expected = Object.keys(catalogue).flatMap((type) =>
      Array.from({ length: versionOf(type) }, (_, index) => `${type}.v${index + 1}.json`),
    );
    assert.deepEqual(new Set(files), new Set(expected));
  });

  for (const file of files)
    it(`still reads ${file}`, () => {
      const { seq, subject, stored, read } = load(file);
      assert.equal(file, `${String(stored.type)}.v${String(stored.v)}.json`);
      const event = decodeEvent(subject, seq, JSON.stringify(stored));
      assert.deepEqual(JSON.parse(JSON.stringify(event)), read);
      assert.equal(subjectOf(event), subject);
    });

  it('show every field that an event can have', () => {
    for (const file of files) {
      const { stored } = load(file);
      const { data, type } = z
        .object({ data: z.record(z.string(), z.unknown()), type: z.string() })
        .parse(stored);
      const schema = Object.entries(catalogue).find(([name]) => name === type)?.[1];
      assert.ok(schema instanceof z.ZodObject, type);
      if (stored.v === versionOf(type))
        assert.deepEqual(new Set(Object.keys(data)), new Set(Object.keys(schema.shape)), file);
    }
  });
});
