// A runner of the view `messages` (messages, chats, totals) in a process of its own: argv = URLs of NATS and MongoDB, and the database.
import { connectMongo } from '../src/adapters/mongo/connect.ts';
import { createViewStore } from '../src/adapters/mongo/view-store.ts';
import { messagesProjection } from '../src/projections/messages.ts';
import { asView } from '../src/projections/projection.ts';
import { runViews } from '../src/projections/runner/run.ts';
import { openLog } from '../test/support/log.ts';
import { silentLog } from '../test/support/silent-log.ts';

const [natsUrl = '', mongoUrl = '', dbName = ''] = process.argv.slice(2);
const { client, views: db } = connectMongo(mongoUrl, dbName, 500);
const { log } = await openLog(natsUrl, { maxBytes: null });
const store = createViewStore({ client, db });
runViews({ log, store, logger: silentLog, now: () => new Date() }, [asView(messagesProjection)]);
process.on('disconnect', () => process.exit(0));
