import { hash } from 'node:crypto';
import type { AuthenticationCreds } from '@whiskeysockets/baileys';
import { hasCode } from '../../errors.ts';
import type { WildcatEvent } from '../../events/codec.ts';
import type { NewEvent, Recorded } from '../../events/event.ts';
import type { Ownership } from '../../ports/whatsapp.ts';
import type { KeyJournal } from '../mongo/auth-store.ts';
import type { WhatsAppDeps } from './deps.ts';
import { createEntries, type Entries } from './mends/entries.ts';
import { type Committer, createCommitter } from './output-commit/committer.ts';
import { createKeyMemory, type KeyMemory } from './output-commit/key-memory.ts';
import { createRecent, type Recent } from './output-commit/recent.ts';
import { createRecorder, type Pending, type Recorder, type Source } from './output-commit/recorder.ts';
import type { Directory } from './reading/addresses.ts';
import { cut, MAX_NAME } from './reading/fields.ts';
import { createPolls, type Polls } from './reading/polls.ts';

/** What one session remembers and how it gets to disk; made afresh for every socket. */
export type Core = Readonly<{
  committer: Committer;
  memory: KeyMemory;
  directory: Directory;
  recent: Recent;
  recorder: Recorder;
  polls: Polls;
  entries: Entries;
  /** Appends an event whatever its size. */
  append: WhatsAppDeps['append'];
  /** Queues an event; it is in the log before anything that is queued or sent later. */
  record: (pending: Pending) => void;
  /**
   * As `record`, for a fact that its natural key names, if anything does. It happened when it says (`at`, `timestamp`,
   * which have to be times that a date can be made of), else just now.
   */
  tell: (event: WildcatEvent, source?: Source) => void;
}>;

type CoreDeps = Readonly<{
  deps: Pick<WhatsAppDeps, 'append' | 'failpoint' | 'now' | 'findPoll'>;
  owner: Ownership;
  journal: Pick<KeyJournal, 'loaded' | 'write'>;
  /** What the account's log ends with. */
  logged: readonly Recorded<WildcatEvent>[];
  onDurable: () => void;
  onFailure: (error: Error) => void;
}>;

const isPending = (value: unknown): value is Pending =>
  typeof value === 'object' && value !== null && 'event' in value && 'key' in value;

const meOf = (creds: AuthenticationCreds) => ({ pn: creds.me?.id ?? null, lid: creds.me?.lid ?? null });

/** When a fact happened, by WhatsApp's clock; null where it does not say. */
const toldTime = ({ data }: WildcatEvent): Date | null => {
  if ('at' in data) return new Date(data.at * 1_000);
  return 'timestamp' in data ? new Date(data.timestamp * 1_000) : null;
};

/** An event without what a peer may have blown up: his words are still in its `raw`. */
const withoutContent = (event: NewEvent<WildcatEvent>): NewEvent<WildcatEvent> | null => {
  if (!('content' in event.data)) return null;
  const content = { type: event.data.content.type, text: null };
  // the same member of the union with a smaller content, which TypeScript can't see
  return { ...event, data: { ...event.data, content } } as NewEvent<WildcatEvent>;
};

const shortened = (text: string): string =>
  text.length <= MAX_NAME ? text : `${cut(text, MAX_NAME / 2)}…${hash('sha256', text)}`;

/** What is left of a list where nothing else helps. */
const FEW = 32;

/**
 * An event whose texts, and whose lists beyond `most`, are cut; a hash keeps those texts apart that begin alike, such as
 * ids, which senders choose.
 */
const shorter = (event: NewEvent<WildcatEvent>, most?: number): NewEvent<WildcatEvent> => {
  const data: unknown = JSON.parse(JSON.stringify(event.data), (_, value: unknown) => {
    if (Array.isArray(value)) return value.slice(0, most);
    return typeof value === 'string' ? shortened(value) : value;
  });
  // the same fields with less in them
  return { ...event, data } as NewEvent<WildcatEvent>;
};

/** Appends; an event that is too large goes without its content, else with texts and lists cut, or it would come again and again. */
const appendAnyway =
  (append: WhatsAppDeps['append']): WhatsAppDeps['append'] =>
  async (event, key) => {
    const forms = [
      () => event,
      () => withoutContent(event),
      () => shorter(withoutContent(event) ?? event),
      () => shorter(withoutContent(event) ?? event, FEW),
    ];
    let refusal: unknown;
    for (const form of forms) {
      const smaller = form();
      if (smaller === null) continue;
      try {
        return await append(smaller, key);
      } catch (error) {
        if (!hasCode(error, 'invalid')) throw error;
        refusal = error;
      }
    }
    throw refusal;
  };

/** Puts together memory and queue of a session, from what was on disk. Throws as `createKeyMemory`. */
export const createCore = ({ deps, owner, journal, logged, onDurable, onFailure }: CoreDeps): Core => {
  const { failpoint, now } = deps;
  const append = appendAnyway(deps.append);
  const recent = createRecent(logged);
  const polls = createPolls(logged, (waId, chat) => deps.findPoll(owner.account, waId, chat));
  const committer = createCommitter({ write: journal.write, onDurable, onFailure });

  const record = ({ event, key }: Pending): void => {
    const isMessage = event.type === 'message.received';
    committer.step(
      async () => {
        await append(event, key);
        if (isMessage) failpoint('receive.after_append');
      },
      () => {
        if (isMessage) failpoint('receive.after_commit');
      },
    );
  };

  const tell: Core['tell'] = (event, source) =>
    record({ event: recorder.fact(event, (toldTime(event) ?? now()).toISOString(), source), key: undefined });

  const memory = createKeyMemory(journal.loaded, {
    commit: committer.keys,
    onInbox: (values) => {
      for (const value of values) if (isPending(value)) record(value);
    },
    onLink: (lidUser, pnUser) => {
      const data = { lid: `${lidUser}@lid`, pn: `${pnUser}@s.whatsapp.net` };
      tell({ type: 'identity.linked', data });
    },
  });
  const { creds } = memory.auth;
  const directory: Directory = { me: () => meOf(creds), lidOf: memory.lidOf, pnOf: memory.pnOf };
  const recorder = createRecorder(owner, directory, recent, polls);
  const entries = createEntries();
  return { append, committer, memory, directory, recent, recorder, polls, entries, record, tell };
};
