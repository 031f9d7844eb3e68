import { hasCode, messageOf, WildcatError } from '../errors.ts';
import type { MediaEvent } from '../events/media.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Files, KeptFile, Staged } from '../ports/files.ts';
import type { Session, WhatsApp } from '../ports/whatsapp.ts';
import { type FollowerDeps, startFollower } from './follower.ts';
import {
  createOpenFiles,
  fileOf,
  MAX_ATTEMPTS,
  MEDIA_SUBJECTS,
  type OpenFiles,
  type OpenMedia,
  ownerOf,
  TOMBSTONES,
} from './open-media.ts';
import { createOutcomeRecorder } from './outcome-recorder.ts';

export type MediaDeps = FollowerDeps &
  Readonly<{
    log: Pick<EventLog, 'append'>;
    files: Pick<Files, 'stage' | 'keep' | 'find' | 'sweep'>;
    /** Where the raw message lies that was too large for its event. */
    blobs: Pick<Blobs, 'get'>;
    download: WhatsApp['download'];
    /** The account's open session, to ask its phone; null where this process has none. */
    session: (account: string) => Pick<Session, 'reupload'> | null;
    /** Whether another process has the account's connection: it is the one that can ask the phone. */
    isElsewhere: (account: string) => Promise<boolean>;
    now: () => Date;
  }>;

export type MediaReactor = Readonly<{
  /** How many files are to be fetched, and why it stands still, if it does. */
  status: () => Readonly<{ open: number; failure: string | null }>;
  /** Breaks off what is being fetched, which begins anew after the next start. */
  stop: () => Promise<void>;
}>;

export const MEDIA_POSITION = 'media';

const AT_ONCE = 4;
const TICK_MS = 1_000;
const OWN_RETRY_MS = 5_000;
/** How long a file is left to the process that has the connection, which may fetch none. */
const OTHERS_MS = 30_000;
const FETCH_MS = 600_000;
const SWEEP_MS = 3_600_000;
/** Where the message does not say. WhatsApp's own limit. */
const MAX_BYTES = 2_147_483_648;
const MIMETYPE = /^[\w.+-]{1,64}\/[\w.+-]{1,64}(; ?[\w.+-]{1,32}="?[\w.+-]{1,64}"?)*$/;

/** The type that a sender claims, if it is one at all. */
const claimedType = (claimed: string | undefined): string =>
  claimed !== undefined && MIMETYPE.test(claimed) ? claimed.toLowerCase() : 'application/octet-stream';

type Fate = Exclude<MediaEvent, { type: 'media.requested' }>;

const rawOf = async ({ blobs }: MediaDeps, { event }: OpenMedia): Promise<string> => {
  if (event.raw !== undefined) return event.raw;
  const bytes = event.rawRef === undefined ? null : await blobs.get(event.account, event.rawRef.sha256);
  if (bytes === null) throw new WildcatError('unprocessable', 'the message itself is lost');
  return Buffer.from(bytes).toString('base64');
};

const fetchOnce = async (
  deps: MediaDeps,
  { event }: OpenMedia,
  raw: string,
  signal: AbortSignal,
): Promise<Staged> => {
  const source = await deps.download(raw, signal);
  return deps.files.stage(event.account, source, fileOf(event)?.size ?? MAX_BYTES);
};

const stageFile = async (deps: MediaDeps, item: OpenMedia, signal: AbortSignal): Promise<Staged> => {
  const raw = await rawOf(deps, item);
  try {
    return await fetchOnce(deps, item, raw, signal);
  } catch (error) {
    const session = hasCode(error, 'gone') ? deps.session(item.event.account) : null;
    if (session === null) throw error;
    return fetchOnce(deps, item, await session.reupload(raw), signal);
  }
};

/** Fetches the file, by way of the phone where the media hosts have lost it; one that is there already is not fetched. */
const fetchFile = async (deps: MediaDeps, item: OpenMedia, signal: AbortSignal): Promise<KeptFile> => {
  const { sha256, mimetype, fileName } = fileOf(item.event) ?? {};
  const known = sha256 === undefined ? null : await deps.files.find(item.event.account, sha256);
  if (known !== null) return known;
  const staged = await stageFile(deps, item, signal);
  return deps.files.keep(staged, { mimetype: claimedType(mimetype), fileName });
};

/** What a failed try means. Of a message without a file in it no other try would bring one. */
const failureOf = (item: OpenMedia, error: unknown): Fate => {
  const attempt = item.failed + 1;
  const final = attempt >= MAX_ATTEMPTS || hasCode(error, 'unprocessable');
  return { type: 'media.failed', data: { ...ownerOf(item.event), attempt, reason: messageOf(error), final } };
};

const storedOf = (item: OpenMedia, { id: fileId, sha256, length, mimetype }: KeptFile): Fate => ({
  type: 'media.stored',
  data: { ...ownerOf(item.event), fileId, sha256, length, mimetype },
});

/** The newest life of each account that was deleted. A position may stand behind a tombstone and before what came late. */
const endedLives = async (log: Pick<EventLog, 'read'>): Promise<ReadonlyMap<string, number>> => {
  const lives = new Map<string, number>();
  for await (const entries of log.read({ subjects: TOMBSTONES, after: 0 }))
    for (const entry of entries) if (entry.kind === 'event') lives.set(entry.event.account, entry.event.gen);
  return lives;
};

/**
 * Fetches the files of received messages, some at once, oldest first, and records what came of it. Only the log says
 * what is open: after a restart it goes on where it was, tries included.
 */
export const startMedia = (deps: MediaDeps): MediaReactor => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const append = createOutcomeRecorder(deps.log, deps.logger, signal);
  const busy = new Map<string, Promise<void>>();
  let open: OpenFiles = createOpenFiles(0);

  const record = (item: OpenMedia, event: Fate, occurredAt: string): Promise<void> => {
    const { account, gen, id: cause } = item.event;
    return append({ ...event, account, gen, cause, occurredAt, actor: { kind: 'system' } });
  };
  const work = async (item: OpenMedia): Promise<void> => {
    const until = Date.parse(item.event.occurredAt) + OTHERS_MS;
    const isLeft =
      deps.now().getTime() < until && (await deps.isElsewhere(item.event.account).catch(() => false));
    if (isLeft) return open.postpone(item.key, until);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]);
    const outcome = await fetchFile(deps, item, limit).then(
      (file) => storedOf(item, file),
      (error: unknown) => {
        if (!hasCode(error, 'unavailable')) return failureOf(item, error);
        // our own stores' fault, which says nothing of the file: an outage must not use its tries up
        deps.logger.warn({ account: item.event.account, reason: messageOf(error) }, 'file was not kept');
        return null;
      },
    );
    if (signal.aborted || !open.has(item.key)) return;
    if (outcome === null) {
      open.postpone(item.key, deps.now().getTime() + OWN_RETRY_MS);
      return;
    }
    if (outcome.type === 'media.failed')
      deps.logger.warn({ account: item.event.account, ...outcome.data }, 'file was not fetched');
    const at = deps.now().toISOString();
    await record(item, outcome, at);
    // before its event comes round, so that it is not fetched once more meanwhile
    open.settle({ ...outcome, account: item.event.account, occurredAt: at });
  };
  const pump = (): void => {
    if (!follower.isReady() || signal.aborted) return;
    for (const item of open.due(deps.now().getTime(), busy, AT_ONCE - busy.size)) {
      const task = work(item)
        .catch((err: unknown) => deps.logger.error({ err }, 'what came of a file was not recorded'))
        .finally(() => {
          busy.delete(item.key);
          pump();
        });
      busy.set(item.key, task);
    }
  };

  const follower = startFollower(deps, {
    name: MEDIA_POSITION,
    subjects: MEDIA_SUBJECTS,
    signal,
    begin: async (seq) => {
      open = createOpenFiles(seq, await endedLives(deps.log));
    },
    fold: (events) => open.fold(events),
    seen: () => open.seen(),
    position: () => open.position(),
    onNews: pump,
  });
  const sweep = (): void =>
    void deps.files.sweep().catch((err: unknown) => deps.logger.warn({ err }, 'uploads were not swept'));
  sweep();
  const timers = [setInterval(pump, TICK_MS).unref(), setInterval(sweep, SWEEP_MS).unref()];

  return {
    status: () => ({ open: open.count(), failure: follower.failure() }),
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      stopping.abort();
      await Promise.all([...busy.values(), follower.ended]);
    },
  };
};
