import { join } from 'node:path';
import { engineOfData, findMongo, MONGO_ENGINES, type MongoEngine, mongoProgram } from './mongo.ts';
import { type Durability, findNats, natsProgram } from './nats.ts';
import type { Finding, Program } from './types.ts';

/** Finds or installs NATS and describes it as a server with its store under `dir`. */
export const natsFor = async (finding: Finding, dir: string, durability: Durability): Promise<Program> =>
  natsProgram(await findNats(finding), join(dir, 'nats'), durability);

/**
 * Finds or installs MongoDB and describes it as a server with its data under `dir`. Data that is there already
 * decides the engine: none reads another's.
 */
export const mongoFor = async (
  finding: Finding,
  dir: string,
  options: Durability & { engine?: MongoEngine | undefined },
): Promise<Program> => {
  const home = join(dir, 'mongo');
  const engine = (await engineOfData(home)) ?? options.engine;
  const binary = await findMongo(finding, engine === undefined ? MONGO_ENGINES : [engine]);
  return mongoProgram(binary, home, options);
};
