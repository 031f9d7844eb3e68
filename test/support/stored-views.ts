import type { Databases } from '../../src/adapters/mongo/connect.ts';
import { createViewStore } from '../../src/adapters/mongo/view-store.ts';
import { VIEWS } from '../../src/projections/all.ts';
import { buildOf } from '../../src/projections/projection.ts';
import { foldBatches, type Given, recorded } from './projection-spec.ts';

/** Puts what these events fold to into the database, as a runner would. */
export const storeViews = async (mongo: Databases, events: readonly Given[]): Promise<void> => {
  const target = createViewStore({ client: mongo.client, db: mongo.views });
  await target.open(VIEWS.map(buildOf), 'spec');
  for (const view of VIEWS) {
    const tables = await foldBatches(view, [recorded(events)]);
    for (const [name, docs] of Object.entries(tables)) {
      const collection = mongo.views.collection<{ _id: string }>(`${name}_v${view.version}`);
      if (Object.keys(docs).length > 0) await collection.insertMany(Object.values(docs));
    }
  }
};
