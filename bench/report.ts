import { loadavg } from 'node:os';
import { format, median, type Rounds, type Series } from './rounds.ts';

export type Line = Readonly<{ label: string; unit: string; values: readonly number[] }>;

/** A value beside the ceiling it is held against; `wanted` is what the project asks for. */
type Ratio = Readonly<{ label: string; ratio: number; wanted: string }>;

/** The figure as other programs read it: `npm run bench -- --json FILE`. */
export type Summary = Readonly<{ value: number; ceiling: number; ratio: number; unit: string }>;

/** What a figure found. `text`: tables of its own, ready to print. */
export type Result = Readonly<{
  title: string;
  lines: readonly Line[];
  ratios?: readonly Ratio[];
  text?: string;
  summary?: Summary;
  others?: readonly number[];
}>;

export const linesOf = ({ series }: Rounds, unit: string, prefix = ''): Line[] =>
  series.map(({ name, values }) => ({ label: `${prefix}${name}`, unit, values }));

export const medianOf = ({ series }: Rounds, name: string): number =>
  median(series.find((found: Series) => found.name === name)?.values ?? []);

/** The medians of two contenders, one held against the other. */
export const ratioOf = (
  rounds: Rounds,
  [value, ceiling]: readonly [string, string],
  wanted: string,
): Ratio => ({
  label: `${value} / ${ceiling}`,
  ratio: medianOf(rounds, value) / medianOf(rounds, ceiling),
  wanted,
});

const pad = (cells: readonly (readonly string[])[]): string[] => {
  const widths = cells[0]?.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0))) ?? [];
  return cells.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd());
};

/** A table: the first row is its head. */
export const table = (rows: readonly (readonly string[])[]): string => pad(rows).join('\n');

const share = (values: readonly number[]): string => `${Math.round(median(values) * 100)} %`;

export const print = ({ title, lines, ratios = [], text, others }: Result): string => {
  const load = others === undefined ? '' : `; others used ${share(others)} of the machine`;
  const head = ['', 'median', 'min', 'max', 'unit'];
  const rows = lines.map(({ label, unit, values }) => [
    label,
    ...[median(values), Math.min(...values), Math.max(...values)].map(format),
    unit,
  ]);
  return [
    `\n${title} (load ${loadavg()[0]?.toFixed(1)}${load})`,
    ...(rows.length > 0 ? [table([head, ...rows])] : []),
    ...ratios.map(({ label, ratio, wanted }) => `  ${label}: ${ratio.toFixed(2)} (wanted ${wanted})`),
    ...(text === undefined ? [] : [text]),
  ].join('\n');
};
