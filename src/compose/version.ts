import { readFileSync } from 'node:fs';
import { z } from 'zod';

// compiled to dist/src/compose, so three up
const packageJson = new URL('../../../package.json', import.meta.url);

/** That of package.json. */
export const { version: VERSION } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(packageJson, 'utf8')));
