import '../../../../src/adapters/baileys/mends/oneof-getters.ts';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { proto } from '@whiskeysockets/baileys';

const COMPOSE = new URL('../../../../src/compose.js', import.meta.url).href;
const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Whether two objects that begin as `{}` and get one new property each still share a hidden class in the end. */
const sharesHiddenClasses = async (module: string): Promise<string> => {
  const code = `
    await import('${module}');
    const begun = () => { const made = {}; made.neverNamedSoBefore = 1; return made; };
    console.log(%HaveSameMap(begun(), begun()));
    process.exit();`;
  const args = ['--allow-natives-syntax', '--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: HERE });
  return stdout.trim();
};

it('leaves room for hidden classes, which Baileys alone does not', async () => {
  assert.equal(await sharesHiddenClasses('@whiskeysockets/baileys'), 'false');
  assert.equal(await sharesHiddenClasses(COMPOSE), 'true');
});

it('tells which optional field is set, as protobufjs does', () => {
  const told = (fields: object) => Reflect.get(proto.ADVDeviceIdentity.create(fields), '_rawId');
  assert.deepEqual([told({ rawId: 7 }), told({ timestamp: 7 }), told({})], ['rawId', undefined, undefined]);
  const many = proto.ADVDeviceIdentity.create({ rawId: 0, keyIndex: 2 });
  assert.deepEqual([Reflect.get(many, '_rawId'), Reflect.get(many, '_keyIndex')], ['rawId', 'keyIndex']);
});
