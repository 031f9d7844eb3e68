// npm run bench [-- FIGURE…] [--json FILE] [--quick] [--rounds N] [--engine mongod|secantusd-rs|secantusdb]
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { MONGO_ENGINES } from '../src/adapters/services/mongo.ts';
import { accounts } from './accounts.ts';
import { append } from './append.ts';
import type { Figure } from './figure.ts';
import { ingest } from './ingest.ts';
import { media } from './media.ts';
import { memory } from './memory.ts';
import { pages } from './pages.ts';
import { read } from './read.ts';
import { rebuild } from './rebuild.ts';
import { print, type Result, type Summary } from './report.ts';
import { sandbox } from './sandbox.ts';
import { send } from './send.ts';
import { start } from './start.ts';
import { trace } from './trace.ts';
import { webhook } from './webhook.ts';
import { openWorld } from './world.ts';

const FIGURES: Readonly<Record<string, Figure>> = {
  append,
  rebuild,
  read,
  ingest,
  send,
  media,
  pages,
  webhook,
  accounts,
  sandbox,
  memory,
  start,
  trace,
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    engine: { type: 'string', default: 'secantusd-rs' },
  },
});
const engine = MONGO_ENGINES.find((name) => name === options.engine);
const wanted = positionals.length > 0 ? positionals : Object.keys(FIGURES);
const unknown = wanted.filter((name) => FIGURES[name] === undefined);
if (engine === undefined || unknown.length > 0) {
  console.error(`bench: unknown ${engine === undefined ? `engine ${options.engine}` : unknown.join(', ')}.`);
  console.error(`Figures: ${Object.keys(FIGURES).join(', ')}. Engines: ${MONGO_ENGINES.join(', ')}.`);
  process.exit(2);
}

const model = cpus()[0]?.model ?? 'unknown';
const setting = `MongoDB: ${engine}, every write synced; NATS: sync_interval always; node ${process.version}; ${cpus().length} x ${model}`;
console.log(`bench: ${setting}`);
const context = {
  world: await openWorld(engine),
  rounds: Number(options.rounds),
  quick: options.quick,
  say: (line: string) => console.log(line),
};
const results = new Map<string, Result>();
try {
  for (const name of wanted) {
    const result = await FIGURES[name]?.(context);
    if (result !== undefined) results.set(name, result);
  }
} finally {
  await context.world.close();
}
console.log(`\n${setting}${options.quick ? '; quick' : ''}; medians of ${options.rounds}`);
for (const result of results.values()) console.log(print(result));
if (options.json !== undefined) {
  const summaries: Record<string, Summary> = {};
  for (const [name, { summary }] of results) if (summary !== undefined) summaries[name] = summary;
  writeFileSync(options.json, `${JSON.stringify(summaries, null, 2)}\n`);
}
process.exit(0);
