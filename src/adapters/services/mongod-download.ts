// A program of its own, so that a download that hangs can be ended: `node mongod-download.js DIRECTORY` prints the
// path of a real mongod in that directory, fetched there if need be.

import { argv, exit, stderr, stdout } from 'node:process';
import { MongoBinary } from 'mongodb-memory-server-core';
import { messageOf } from '../../errors.ts';

/** The MongoDB that newcomers get where it can be downloaded. */
const VERSION = '8.2.6';

try {
  const path = await MongoBinary.getPath({ downloadDir: argv[2] ?? '.', version: VERSION });
  stdout.write(`\nmongod=${path}\n`);
} catch (error) {
  stderr.write(messageOf(error));
  exit(1);
}
