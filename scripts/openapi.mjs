// Prints the OpenAPI document: `node scripts/openapi.mjs > openapi.json`, after a build.
import { openApiOf } from '../dist/src/http/openapi.js';
import { contracts } from '../dist/src/http/schemas/contracts.js';

process.stdout.write(`${JSON.stringify(openApiOf(contracts, 'http://localhost:3000'), null, 2)}\n`);
