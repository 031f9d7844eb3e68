import type { SandboxOptions } from '../../sandbox/server.ts';
import { type GatewayOptions, openGateway } from './baileys.ts';
import { openSandbox } from './sandbox.ts';
import { startMongo, startNats } from './servers.ts';

type Options = GatewayOptions &
  Readonly<{
    sandbox?: SandboxOptions;
    nats?: Parameters<typeof startNats>[0];
    mongo?: Parameters<typeof startMongo>[0];
  }>;

/** Servers, a local WhatsApp and a gateway of the spec's own. Call `close` in `after`, sessions closed. */
export const openGatewayScene = async (options: Options = {}) => {
  const [nats, mongo, sandbox] = await Promise.all([
    startNats(options.nats),
    startMongo(options.mongo),
    openSandbox(options.sandbox),
  ]);
  const { url: socketUrl, rootKey, ca } = sandbox.sandbox;
  const where = { natsUrl: nats.url, mongoUrl: mongo.url, socketUrl, rootKey, ca };
  const gateway = await openGateway(where, options);
  return {
    ...{ nats, sandbox, where, gateway },
    close: async (): Promise<void> => {
      await gateway.close();
      await sandbox.close();
      await Promise.all([nats.stop(), mongo.stop()]);
    },
  };
};
