// Prints the AsyncAPI document: `node scripts/asyncapi.mjs > asyncapi.json`, after a build.
import { VERSION } from '../dist/src/compose/version.js';
import { asyncApiOf } from '../dist/src/http/docs/asyncapi.js';

process.stdout.write(`${JSON.stringify(asyncApiOf({ version: VERSION }), null, 2)}\n`);
