// What the page knows, and how it changes with what it is told: pure, so that it can be tested without a browser.

const FRAMES_KEPT = 2000;

/** What belongs to one phone. */
export const NOTHING = { messages: [], at: new Map(), groups: [], pictures: {}, presence: {} };

const keyOf = ({ from, id }) => `${from}/${id}`;

/** New messages at the end, those known already where they stand. */
export const withMessages = ({ messages, at }, told) => {
  const next = [...messages];
  const places = new Map(at);
  for (const message of told) {
    const place = places.get(keyOf(message)) ?? next.length;
    places.set(keyOf(message), place);
    next[place] = message;
  }
  return { messages: next, at: places };
};

/** The newest of each person in each chat. */
export const withPresence = (presence, told) => {
  const next = { ...presence };
  for (const seen of told) next[`${seen.chat} ${seen.from}`] = seen;
  return next;
};

/** The last frames, none twice. */
export const withFrames = (frames, told) => {
  const last = frames.at(-1)?.number ?? 0;
  return [...frames, ...told.filter(({ number }) => number > last)].slice(-FRAMES_KEPT);
};

/** Whether a person looking now sees it. */
export const isThere = ({ at, expiration, kind }, now) =>
  expiration === undefined || kind === 'disappearing' || at + expiration * 1000 > now;

/** Whether somebody said something that waits to be looked at. */
const isNews = ({ fromMe, kind }) => !fromMe && kind !== 'notice' && kind !== 'disappearing';

/** The chats of a phone, the newest first. `seen`: until when each was looked at. */
export const chatsOf = ({ messages, groups }, seen, now) => {
  const chats = new Map(groups.map(({ jid, createdAt }) => [jid, { chat: jid, at: createdAt, unread: 0 }]));
  for (const message of messages) {
    if (!isThere(message, now)) continue;
    const { chat, at } = message;
    const known = chats.get(chat) ?? { chat, at, unread: 0 };
    const unread = known.unread + (isNews(message) && at > (seen[chat] ?? seen.since ?? 0) ? 1 : 0);
    chats.set(chat, { chat, last: message, at: Math.max(at, known.at), unread });
  }
  return [...chats.values()].sort((one, other) => other.at - one.at);
};

/** Longer than a person is taken to write without another sign of it. */
const TYPING_MS = 15_000;

/** Who writes or records in a chat right now. */
export const writersIn = (presence, chat, now) =>
  Object.values(presence).filter(
    (seen) =>
      seen.chat === chat &&
      (seen.state === 'composing' || seen.state === 'recording') &&
      now - seen.at < TYPING_MS,
  );

const WORDS = {
  image: 'Photo',
  video: 'Video',
  voice: 'Voice note',
  audio: 'Audio',
  document: 'Document',
  sticker: 'Sticker',
  location: 'Location',
  contacts: 'Contact',
  poll: 'Poll',
  deleted: 'Deleted message',
};

/** A message in one line. */
export const summaryOf = (message) => {
  const { kind, text, media, location, expiration } = message;
  if (kind === 'text' || kind === 'notice') return text;
  if (kind === 'disappearing')
    return expiration ? 'Messages disappear from now on' : 'Messages stay from now on';
  return text || media?.fileName || location?.name || WORDS[kind] || kind;
};
