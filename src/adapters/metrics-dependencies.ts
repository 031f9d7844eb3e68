import { Gauge, type Registry } from 'prom-client';

/** What this process can't do without, and whether it can be used now. */
export type Dependencies = Readonly<Record<'nats' | 'log' | 'mongodb', boolean>>;

/** Registers what is told of NATS, the log and MongoDB; the function brings it up to date. */
export const dependencyMetrics = (
  registers: Registry[],
  dependencies: () => Promise<Dependencies>,
): (() => Promise<void>) => {
  const up = new Gauge({
    name: 'wildcat_dependency_up',
    help: '1 where NATS and MongoDB answer, and where the log takes events',
    labelNames: ['dependency'],
    registers,
  });
  return async () => {
    for (const [dependency, isUp] of Object.entries(await dependencies()))
      up.set({ dependency }, isUp ? 1 : 0);
  };
};
