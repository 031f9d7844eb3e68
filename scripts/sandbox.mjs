import { setup } from './setup.mjs';

setup();
await import('../dist/sandbox/main.js');
