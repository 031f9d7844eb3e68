import type { KeyObject } from 'node:crypto';
import type { Db } from 'mongodb';
import { z } from 'zod';
import type { Targets } from '../../ports/webhooks.ts';
import { createSealer } from '../crypto.ts';
import { orUnavailable } from './away.ts';

type Row = { _id: string; v: Uint8Array };

const target = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  secrets: z.array(z.object({ secret: z.string(), until: z.string().nullable() })),
});

/** Webhooks' URLs, headers and secrets, sealed, in the state database. Calls throw `unavailable` where it is away. */
export const createWebhookTargets = (state: Db, secret: KeyObject): Targets => {
  const rows = state.collection<Row>('webhook_targets', { promoteBuffers: true });
  const sealer = createSealer(secret, 'webhooks');
  return {
    keep: async (ref, kept) => {
      const v = sealer.seal(Buffer.from(JSON.stringify(kept)), ref);
      await orUnavailable(() => rows.insertOne({ _id: ref, v }));
    },
    find: async (ref) => {
      const row = await orUnavailable(() => rows.findOne({ _id: ref }));
      return row === null ? null : target.parse(JSON.parse(sealer.open(row.v, ref).toString()));
    },
    erase: async (ref) => {
      await orUnavailable(() => rows.deleteOne({ _id: ref }));
    },
  };
};
