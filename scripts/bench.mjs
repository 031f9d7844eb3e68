// npm run bench [-- FIGURE…] [--json FILE] [--quick] [--rounds N] [--engine NAME]: figures, each beside its ceiling.
import { setup } from './setup.mjs';

setup();
await import('../dist/bench/main.js');
