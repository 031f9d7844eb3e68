import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import type { Address } from '../events/ids.ts';
import type { Content } from '../events/messages.ts';
import { addressKeys } from './addresses.ts';
import { atDeletion, isLate, type LifeDoc, lifeAfter } from './lives.ts';
import { messageIds } from './message-doc.ts';
import { isFromMe, type Of, oneOf } from './message-fold.ts';
import type { Change, Docs, Projection } from './projection.ts';

/** Where a message's file is: `file` once it is kept, `error` once it was given up, else it is still to come. */
export type MediaDoc = Readonly<{
  _id: string;
  account: string;
  waId: string;
  /** Keys of its chat under the addresses that its event named. */
  chats: readonly string[];
  chatAddress: Address;
  fromMe: boolean;
  /** unix seconds */
  timestamp: number;
  seq: number;
  type: Content['type'];
  caption: string | null;
  media: NonNullable<Content['media']>;
  file?: Readonly<{ id: string; sha256: string; length: number; mimetype: string; at: string }>;
  error?: string;
  /** It is fetched only once somebody asks for it. */
  lazy?: boolean;
}>;

export type Media = { media: MediaDoc; lives: LifeDoc };
type Changes = readonly Change<Media>[];

const ARRIVALS = [
  'message.received',
  'message.sent_elsewhere',
  'message.imported',
  'message.send_requested',
] as const;
const FATES = ['media.stored', 'media.failed'] as const;
type Arrival = Of<(typeof ARRIVALS)[number]>;
type Fate = Of<(typeof FATES)[number]>;
type Requested = Of<'media.requested'>;

const isArrival = oneOf(ARRIVALS);
const isFate = oneOf(FATES);
const isRequest = oneOf(['media.requested']);

const idsOf = (event: Arrival | Requested | Fate): string[] =>
  messageIds(event.account, event.data, isArrival(event) ? isFromMe(event) : event.data.fromMe);

const known = (docs: Docs<Media>, ids: readonly string[]): MediaDoc | null =>
  ids.map((id) => docs('media', id)).find((doc) => doc !== null) ?? null;

/** What is sent is kept before it is asked for. */
const sentFile = (media: NonNullable<Content['media']>, at: string): Pick<MediaDoc, 'file'> => {
  const { fileId, sha256, size, mimetype } = media;
  if (fileId === undefined || sha256 === undefined || size === undefined) return {};
  return { file: { id: fileId, sha256, length: size, mimetype: mimetype ?? 'application/octet-stream', at } };
};

/** From now on it is being fetched: somebody asks for it, or it came in by itself, too. */
const wake = (known: MediaDoc | null): Changes => {
  if (known?.lazy !== true) return [];
  const { lazy: _, ...doc } = known;
  return [{ collection: 'media', doc }];
};

const arrive = (docs: Docs<Media>, event: Arrival): Changes => {
  const { account, seq, at, data } = event;
  const { thumbnail: _, waveform: __, ...media } = data.content.media ?? {};
  const ids = idsOf(event);
  const before = known(docs, ids);
  if (before !== null) return event.type === 'message.imported' ? [] : wake(before);
  const doc: MediaDoc = {
    _id: ids[0] ?? '',
    account,
    waId: data.waId,
    chats: addressKeys(data.chat),
    chatAddress: data.chat,
    fromMe: isFromMe(event),
    timestamp: data.timestamp,
    seq,
    type: data.content.type,
    caption: data.content.caption ?? null,
    media,
    ...(event.type === 'message.imported' ? { lazy: true } : {}),
    ...sentFile(media, at),
  };
  return [{ collection: 'media', doc }];
};

const befall = (docs: Docs<Media>, event: Fate): Changes => {
  const doc = known(docs, idsOf(event));
  if (doc === null || doc.file !== undefined) return [];
  if (event.type === 'media.failed')
    return event.data.final ? [{ collection: 'media', doc: { ...doc, error: event.data.reason } }] : [];
  const { fileId: id, sha256, length, mimetype } = event.data;
  const { error: _, ...rest } = doc;
  return [{ collection: 'media', doc: { ...rest, file: { id, sha256, length, mimetype, at: event.at } } }];
};

/** Of a message without a file there is nothing to know here. */
const isAboutMedia = (event: Recorded<WildcatEvent>): event is Arrival | Requested | Fate =>
  isRequest(event) || isFate(event) || (isArrival(event) && event.data.content.media !== undefined);

const evolve = (docs: Docs<Media>, event: Recorded<WildcatEvent>): Changes => {
  const life = lifeAfter(event);
  if (life === null && !isAboutMedia(event)) return [];
  if (isLate(docs('lives', event.account), event)) return [];
  if (life !== null) return [{ collection: 'lives', doc: life }];
  if (isArrival(event)) return arrive(docs, event);
  if (isRequest(event)) return wake(known(docs, idsOf(event)));
  return isFate(event) ? befall(docs, event) : [];
};

/** The files of messages, sent and received. */
export const mediaProjection: Projection<Media> = {
  name: 'media',
  version: 2,
  aggregates: ['account', 'message', 'media'],
  collections: {
    media: [
      { account: 1, waId: 1 },
      { account: 1, chats: 1, timestamp: -1, seq: -1 },
      { account: 1, timestamp: -1, seq: -1 },
      { timestamp: -1, seq: -1 },
    ],
    lives: [],
  },
  touches: (event) => {
    const ids = isAboutMedia(event) ? idsOf(event) : [];
    if (ids.length === 0 && lifeAfter(event) === null) return [];
    return [
      { collection: 'lives', id: event.account },
      ...ids.map((id) => ({ collection: 'media' as const, id })),
    ];
  },
  evolve,
  sweeps: atDeletion('media'),
};
