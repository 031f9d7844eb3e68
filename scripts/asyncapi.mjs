// Prints the AsyncAPI document: `node scripts/asyncapi.mjs > asyncapi.json`, after a build.
import { asyncApiOf } from '../dist/src/http/asyncapi.js';

process.stdout.write(`${JSON.stringify(asyncApiOf(), null, 2)}\n`);
