import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

const names = (file: string, pattern: RegExp) =>
  new Set([...readFileSync(file, 'utf8').matchAll(pattern)].map((match) => match[1] ?? ''));

it('.env.example tells every variable that config.ts reads, each in one line', () => {
  const read = names('src/config.ts', /^ {2}(?!WILDCAT_)([A-Z_]+): /gm);
  assert.deepEqual(names('.env.example', /^# .+\n#([A-Z_]+)=/gm), read);
});
