import { WildcatError } from '../errors.ts';
import type { StreamState } from '../ports/event-log.ts';
import type { RawMessage } from '../ports/raw-log.ts';
import type { Manifest } from './manifest.ts';

const ORIGIN = 'Wildcat-Origin';
const SERIES = 'Wildcat-Import';
const COVERED = 'Wildcat-Import-To';

/** What an import appends: messages of one log, of all its accounts or one, the last of this archive at `last`. */
export type Origin = Readonly<{ stream: string; series: string; last: number; to: number }>;

/** Archives of one log and the same accounts continue each other. */
export const seriesOf = ({ stream, account, segments, to }: Manifest): Origin => ({
  stream: stream.name,
  series: `${stream.created} ${account ?? '*'}`,
  last: segments.at(-1)?.last ?? 0,
  to,
});

/**
 * Headers of an imported message: its own, where it comes from, and on the archive's last one how far the archive
 * goes. Those for NATS are left out: its old id would be looked for in the wrong window, and its batch is long over.
 */
export const originHeaders = (
  { headers, seq }: Pick<RawMessage, 'headers' | 'seq'>,
  { stream, series, last, to }: Origin,
): Record<string, string> => ({
  // and how far an earlier import went, of which this log is a copy: in positions of yet another log
  ...Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith('Nats-') && name !== COVERED),
  ),
  [ORIGIN]: `${stream}/${seq}`,
  [SERIES]: series,
  ...(seq === last ? { [COVERED]: String(to) } : {}),
});

/** Where in its own log an imported message stood, and up to where its archive is done; null for any other message. */
export const originOf = (
  { headers }: Pick<RawMessage, 'headers'>,
  { series }: Pick<Origin, 'series'>,
): Readonly<{ position: number; covered: number }> | null => {
  if (headers[SERIES] !== series) return null;
  const position = Number(headers[ORIGIN]?.split('/')[1] ?? Number.NaN);
  if (!Number.isSafeInteger(position)) return null;
  return { position, covered: Math.max(position, Number(headers[COVERED] ?? 0)) };
};

/**
 * The position in the archive after which an import has to go on, by what the log ends with; 0 in an empty one.
 * Throws `already_exists` where the log holds something else, and `invalid` where an archive between is left out.
 */
export const resumeAfter = (manifest: Manifest, state: StreamState, last: RawMessage | null): number => {
  if (state.lastSeq === 0) return 0;
  const done = last === null ? null : originOf(last, seriesOf(manifest));
  if (done === null)
    throw new WildcatError(
      'already_exists',
      `The log is not empty: it ends at ${state.lastSeq}, and not with an import of this archive's log. Import into an empty system, before its service has run`,
    );
  if (manifest.from > done.covered + 1)
    throw new WildcatError(
      'invalid',
      `The archive begins at ${manifest.from}, but what is imported ends at ${done.covered}: import what lies between first`,
    );
  return done.covered;
};
