// a spec that fails on purpose, run by frames.int.spec.ts
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { dumpFramesOnFailure } from '../support/frames.ts';

const line = { number: 1, at: 0, direction: 'in' as const, device: '1.1', text: '<iq/>' };
dumpFramesOnFailure(() => ({ control: { frames: async () => [line] } }));

it('fails', () => assert.fail('on purpose'));
it('passes', () => undefined);
