import type { Result } from './report.ts';
import type { BenchWorld } from './world.ts';

type BenchContext = Readonly<{
  world: BenchWorld;
  /** How often each contender is measured. */
  rounds: number;
  /** Smaller amounts: a look, not a figure. */
  quick: boolean;
  say: (line: string) => void;
}>;

/** Measures one thing beside its ceiling, in this run, on this machine. */
export type Figure = (context: BenchContext) => Promise<Result>;
