import type { WildcatEvent } from '../../events/codec.ts';
import type { Recorded } from '../../events/event.ts';
import type { Blobs } from '../../ports/blobs.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Files } from '../../ports/files.ts';
import type { TellLive } from '../../ports/live.ts';
import type { Logger } from '../../ports/logger.ts';
import type { ServeCalls } from '../../ports/session-calls.ts';
import type { AuthStore } from '../mongo/auth-store.ts';
import type { OutboxStore } from '../mongo/outbox.ts';
import type { Block } from './block-changes.ts';
import type { PollSecret } from './reading/polls.ts';
import type { WhatsAppTarget } from './settings.ts';

export type WhatsAppDeps = Readonly<{
  append: EventLog['append'];
  /** What the account received and sent last, to recognise what WhatsApp delivers once more (`readRecent`). */
  recent: (account: string) => Promise<readonly Recorded<WildcatEvent>[]>;
  /** What the log says of whom the account has blocked, in order (`readBlocks`). */
  blocks: (account: string) => Promise<readonly Block[]>;
  authStore: AuthStore;
  outbox: OutboxStore;
  /** Where the bytes of what is sent lie. */
  files: Pick<Files, 'open'>;
  /** Where what was too large for an event lies. */
  blobs: Pick<Blobs, 'get'>;
  /** A poll of the account in that chat, as the views have it; null where it is in none. */
  findPoll: (account: string, waId: string, chat: string) => Promise<PollSecret | null>;
  serveCalls: ServeCalls;
  tellLive: TellLive;
  target: WhatsAppTarget;
  /** Milliseconds without a byte after which a media host is given up; a minute by default. */
  mediaIdleMs?: number | undefined;
  logger: Logger;
  now: () => Date;
  /** Called at the named points where crash tests kill the process. */
  failpoint: (name: string) => void;
}>;
