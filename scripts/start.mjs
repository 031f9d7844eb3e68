import { setup } from './setup.mjs';

setup();
await import('../dist/src/main.js');
