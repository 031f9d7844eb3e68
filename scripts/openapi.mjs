// Prints the OpenAPI document: `node scripts/openapi.mjs > openapi.json`, after a build.
import { VERSION } from '../dist/src/compose/version.js';
import { openApiOf } from '../dist/src/http/docs/openapi.js';
import { contracts } from '../dist/src/http/schemas/contracts.js';

process.stdout.write(
  `${JSON.stringify(openApiOf(contracts, { server: 'http://localhost:3000', version: VERSION }), null, 2)}\n`,
);
