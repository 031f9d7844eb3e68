import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCommandLine } from '../src/cli.ts';

const verbOf = (...args: string[]) => {
  const asked = readCommandLine(args);
  assert.ok(asked.kind === 'verb', JSON.stringify(asked));
  return asked.verb;
};
const problemOf = (...args: string[]): string => {
  const asked = readCommandLine(args);
  assert.ok(asked.kind === 'wrong', JSON.stringify(asked));
  return asked.problem;
};

describe('the command line', () => {
  it('starts the service where nothing is asked', () => {
    assert.deepEqual(readCommandLine([]), { kind: 'start' });
  });

  it('knows its verbs', () => {
    assert.deepEqual(verbOf('export', 'dir'), { name: 'export', dir: 'dir' });
    assert.deepEqual(verbOf('export', '--account', 'shop', '--from=2', 'dir', '--to', '9'), {
      name: 'export',
      dir: 'dir',
      account: 'shop',
      from: 2,
      to: 9,
    });
    assert.deepEqual(verbOf('rebuild', 'messages', 'media', '--events-per-second', '50'), {
      name: 'rebuild',
      views: ['messages', 'media'],
      eventsPerSecond: 50,
    });
    assert.deepEqual(verbOf('rebuild', 'texts'), { name: 'rebuild', views: ['texts'] });
    assert.deepEqual(verbOf('import', 'dir'), { name: 'import', dir: 'dir' });
    assert.deepEqual(verbOf('verify-archive', 'dir'), { name: 'verify-archive', dir: 'dir' });
    assert.deepEqual(verbOf('purge', '--upto', '9', '--archive', 'dir'), {
      name: 'purge',
      upto: 9,
      dir: 'dir',
    });
  });

  it('helps', () => {
    assert.deepEqual(readCommandLine(['--help']), { kind: 'help' });
    assert.deepEqual(readCommandLine(['export', '-h']), { kind: 'help' });
    assert.deepEqual(readCommandLine(['help']), { kind: 'help' });
  });

  it('tells its version', () => {
    assert.deepEqual(readCommandLine(['--version']), { kind: 'version' });
    assert.deepEqual(readCommandLine(['-v']), { kind: 'version' });
  });

  it('names what is wrong', () => {
    assert.equal(problemOf('exprot'), 'unknown verb exprot');
    assert.equal(problemOf('toString'), 'unknown verb toString');
    assert.equal(problemOf('export'), 'export: expected a directory');
    assert.equal(problemOf('import', 'a', 'b'), 'import: unexpected b');
    assert.equal(problemOf('export', 'a', '--since', '3'), "export: Unknown option '--since'");
    assert.match(problemOf('export', 'a', '--account', 'a.>'), /^export: --account: expected an account id/);
    for (const bad of ['0', '-1', '1.5', 'x', '99999999999999999'])
      assert.match(problemOf('export', 'a', `--from=${bad}`), /^export: --from: expected a position/);
    assert.equal(problemOf('purge', '--archive', 'a'), 'purge: expected --upto');
    assert.equal(problemOf('purge', '--upto', '3'), 'purge: expected --archive');
    assert.equal(problemOf('purge', 'a', '--upto', '3'), 'purge: unexpected a');
  });
});
