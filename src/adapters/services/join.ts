import { join } from 'node:path';
import { WildcatError } from '../../errors.ts';
import { findOwner, type OwnedServer } from './lock.ts';
import { type Services, type ServicesOptions, startServices } from './services.ts';
import { mongoFor, natsFor } from './start.ts';
import type { Program } from './types.ts';

type Joined = Pick<Services, 'natsUrl' | 'mongoUrl' | 'close'>;

/**
 * NATS and MongoDB of a service that may be running: those of the live owner of the data directory, else started as
 * `startServices` does (and throwing as it does) and ended with `close`. For reading and maintenance beside a service;
 * nothing that names this node may be built on it.
 */
export const joinServices = async (options: ServicesOptions): Promise<Joined> => {
  const { dataDir, log, installDir = join(dataDir, 'programs'), durable = true } = options;
  const owner = await findOwner(dataDir);
  if (owner === null) return startServices(options);
  const urlOf = async (server: OwnedServer | undefined, find: () => Promise<Program>): Promise<string> => {
    if (server !== undefined) return (await find()).url(server.port);
    throw new WildcatError(
      'misconfigured',
      `${dataDir} is in use by process ${owner.pid}, which runs no servers in it (yet): set NATS_URL and MONGO_URL as it has them, or try again`,
    );
  };
  const finding = { installDir, log };
  const { nats, mongo } = owner.servers;
  return {
    natsUrl: options.natsUrl ?? (await urlOf(nats, () => natsFor(finding, dataDir, { durable }))),
    mongoUrl: options.mongoUrl ?? (await urlOf(mongo, () => mongoFor(finding, dataDir, { durable }))),
    close: () => Promise.resolve(),
  };
};
