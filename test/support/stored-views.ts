import { connectMongo, type Databases } from '../../src/adapters/mongo/connect.ts';
import { createViewStore } from '../../src/adapters/mongo/view-store.ts';
import { VIEWS } from '../../src/projections/all.ts';
import { buildOf } from '../../src/projections/projection.ts';
import { createReadViews, type ReadViews } from '../../src/queries/views.ts';
import { foldBatches, type Given, recorded } from './projection-spec.ts';
import { startMongo } from './servers.ts';

/** Puts what these events fold to into the database, as a runner would. */
const storeViews = async (mongo: Databases, events: readonly Given[]): Promise<void> => {
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

/** A MongoDB with what these events fold to. `read`: views as a process that has just started reads them. */
export const openStoredViews = async (
  events: readonly Given[],
): Promise<Readonly<{ mongo: Databases; read: () => ReadViews; close: () => Promise<void> }>> => {
  const server = await startMongo();
  const mongo = connectMongo(server.url, `stored_views_${process.pid}`);
  await storeViews(mongo, events);
  return {
    mongo,
    read: () => createReadViews(mongo.views, () => performance.now()),
    close: async () => {
      await mongo.views.dropDatabase();
      await mongo.close();
      await server.stop();
    },
  };
};
