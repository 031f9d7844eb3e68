import { Gauge, type Registry } from 'prom-client';

/** A reactor of this process; webhooks have metrics of their own. */
export type ReactorMetrics = Readonly<{
  reactor: string;
  of: string | null;
  open: number;
  trouble: string | null;
}>;

const NAMES: Readonly<Record<string, string>> = { sender: 'sends', media: 'files' };

/** Registers what is told of sends and files, over all accounts; the function brings it up to date. */
export const reactorMetrics = (
  registers: Registry[],
  reactors: () => readonly ReactorMetrics[],
): (() => void) => {
  const gauge = (name: string, help: string): Gauge<'work'> =>
    new Gauge({ name: `wildcat_work_${name}`, help, labelNames: ['work'], registers });
  const open = gauge('open', 'Sends that have no outcome yet, and files that are to be fetched');
  const stopped = gauge('stopped', 'Accounts whose sends stand still, and 1 where files do');
  return () => {
    for (const each of [open, stopped]) each.reset();
    for (const one of reactors()) {
      const work = NAMES[one.reactor];
      if (work === undefined) continue;
      open.inc({ work }, one.open);
      stopped.inc({ work }, one.trouble === null ? 0 : 1);
    }
  };
};
