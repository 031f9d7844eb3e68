// A runner of the views in a process of its own, to be killed. Arguments: NATS URL, MongoDB URL, database, and in the
// how manieth of its transactions it kills itself (0: never).
import { connectWorld, startRunner } from './views.ts';

const [natsUrl = '', mongoUrl = '', dbName = '', fatal = '0'] = process.argv.slice(2);
const world = await connectWorld(natsUrl, mongoUrl, dbName);
let transactions = 0;
startRunner(world, {
  failpoint: () => {
    transactions++;
    if (transactions === Number(fatal)) process.kill(process.pid, 'SIGKILL');
  },
});
