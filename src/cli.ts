import { parseArgs } from 'node:util';
import { messageOf } from './errors.ts';
import { ACCOUNT_ID } from './events/ids.ts';

/** What can be asked for on the command line beside the service itself. Positions are included. */
export type Verb =
  | Readonly<{ name: 'export'; dir: string; account?: string; from?: number; to?: number }>
  | Readonly<{ name: 'import'; dir: string }>
  | Readonly<{ name: 'verify-archive'; dir: string }>
  | Readonly<{ name: 'purge'; dir: string; upto: number }>
  | Readonly<{ name: 'rebuild'; views: readonly string[]; eventsPerSecond?: number }>;

export type Asked =
  | Readonly<{ kind: 'start' }>
  | Readonly<{ kind: 'help' }>
  | Readonly<{ kind: 'version' }>
  | Readonly<{ kind: 'verb'; verb: Verb }>
  | Readonly<{ kind: 'wrong'; problem: string }>;

export const HELP = `Usage: wildcat [VERB]

  wildcat                                   starts the service
  wildcat export DIR [--account A] [--from N] [--to N]
                                            writes the log, or a part of it, into a new directory
  wildcat import DIR                        appends an archive to an empty system; goes on where it was stopped
  wildcat verify-archive DIR                compares an archive with its checksums
  wildcat purge --upto N --archive DIR      removes events up to N from the log that this archive holds
  wildcat rebuild VIEW… [--events-per-second N]
                                            has the running service build views anew from the log
  wildcat --version                         tells which one this is

Settings come from the environment and .env, as for the service. docs/archive.md and docs/new-view.md say more.`;

type Words = Readonly<{ places: readonly string[]; options: Readonly<Record<string, string | undefined>> }>;
type Grammar = Readonly<{ options: readonly string[]; read: (words: Words) => Verb }>;

class Wrong extends Error {}

const positionOf = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new Wrong(`--${name}: expected a position of the log, from 1 on`);
  return Number(text);
};
const only = (what: string, { places }: Words): string => {
  const [dir, ...more] = places;
  if (dir === undefined || dir === '') throw new Wrong(`expected ${what}`);
  if (more.length > 0) throw new Wrong(`unexpected ${more[0]}`);
  return dir;
};
const needed = (name: string, value: string | undefined): string => {
  if (value === undefined || value === '') throw new Wrong(`expected --${name}`);
  return value;
};

const VERBS: Readonly<Record<Verb['name'], Grammar>> = {
  export: {
    options: ['account', 'from', 'to'],
    read: (words) => {
      const { account } = words.options;
      if (account !== undefined && !ACCOUNT_ID.test(account))
        throw new Wrong('--account: expected an account id');
      const [from, to] = [positionOf('from', words.options.from), positionOf('to', words.options.to)];
      return {
        name: 'export',
        dir: only('a directory', words),
        ...(account === undefined ? {} : { account }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      };
    },
  },
  import: { options: [], read: (words) => ({ name: 'import', dir: only('a directory', words) }) },
  'verify-archive': {
    options: [],
    read: (words) => ({ name: 'verify-archive', dir: only('a directory', words) }),
  },
  purge: {
    options: ['upto', 'archive'],
    read: ({ places, options }) => {
      if (places[0] !== undefined) throw new Wrong(`unexpected ${places[0]}`);
      const upto = positionOf('upto', needed('upto', options.upto)) ?? 0;
      return { name: 'purge', upto, dir: needed('archive', options.archive) };
    },
  },
  rebuild: {
    options: ['events-per-second'],
    read: ({ places: views, options }) => {
      if (views.length === 0) throw new Wrong('expected names of views');
      const rate = options['events-per-second'];
      if (rate !== undefined && !/^[1-9]\d{0,6}$/.test(rate))
        throw new Wrong('--events-per-second: expected a whole number from 1 on');
      return { name: 'rebuild', views, ...(rate === undefined ? {} : { eventsPerSecond: Number(rate) }) };
    },
  },
};

const isVerb = (word: string): word is Verb['name'] => Object.hasOwn(VERBS, word);

const wordsOf = (args: readonly string[], names: readonly string[]): Words => {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true });
  return { places: positionals, options: values };
};

/** Reads the words behind the program's name. Pure; never throws. */
export const readCommandLine = (args: readonly string[]): Asked => {
  const [word, ...rest] = args;
  if (word === undefined) return { kind: 'start' };
  if (args.some((arg) => arg === '--help' || arg === '-h') || word === 'help') return { kind: 'help' };
  if (word === '--version' || word === '-v') return { kind: 'version' };
  if (!isVerb(word)) return { kind: 'wrong', problem: `unknown verb ${word}` };
  try {
    const { options, read } = VERBS[word];
    return { kind: 'verb', verb: read(wordsOf(rest, options)) };
  } catch (error) {
    // Node goes on with how to ask for a file of such a name
    const message = messageOf(error).replace(/\. To specify a positional .*/s, '');
    return { kind: 'wrong', problem: `${word}: ${message}` };
  }
};
