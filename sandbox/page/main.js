import { followEvents } from './api.js';
import { mountChats } from './chats.js';
import { mountConversation } from './conversation.js';
import { mountLog } from './log.js';
import { NOTHING, withFrames, withMessages, withPresence } from './model.js';
import { mountRail } from './rail.js';
import { keepSeen, seenOf } from './seen.js';
import { keep, makeStore, recall } from './store.js';
import { applyTheme } from './theme.js';

const store = makeStore({
  ...NOTHING,
  sandbox: undefined,
  connected: true,
  ready: false,
  phones: [],
  waiting: [],
  waitingForCode: [],
  frames: [],
  phone: undefined,
  chat: undefined,
  /** How often a chat was picked: whoever picks one is about to write. */
  opened: 0,
  seen: {},
  now: Date.now(),
  logOpen: recall('log', innerWidth > 1100),
  answering: undefined,
});

/** Shows a phone, and one of its chats: the address says which, so that going back works. */
const open = (phone, chat) => {
  location.hash = [phone, chat].filter(Boolean).map(encodeURIComponent).join('/');
  // at once: the next key goes to the chat, not to what was left behind
  follow();
  if (chat !== undefined) store.set({ opened: store.get().opened + 1 });
  store.draw();
};
const toggleLog = () => {
  const logOpen = !store.get().logOpen;
  keep('log', logOpen);
  store.set({ logOpen });
};
/** Replies to a message or edits it; at once, as the next key belongs to that. */
const answer = (kind, message) => {
  store.set({ answering: { kind, message } });
  store.draw();
};
const app = { ...store, open, answer, toggleLog };

let begin = 0;
let ahead = 0;
/** What the sandbox' clock shows. */
const clock = () => Date.now() + begin + ahead;

const firstPhone = (phones) => {
  const last = recall('phone');
  return phones.some(({ number }) => number === last) ? last : phones[0]?.number;
};

const on = {
  connection: (connected) => store.set({ connected }),
  hello: ({ sandbox, now, ahead: already }) => {
    const before = store.get().sandbox;
    // another sandbox on the same port: nothing we show is true any more
    if (before !== undefined && before !== sandbox) location.reload();
    // the sandbox' clock may be another one than ours
    begin = now - already - Date.now();
    ahead = already;
    store.set({ sandbox, now: clock(), seen: seenOf(sandbox, store.get().phone, now) });
  },
  state: ({ phones, waiting, waitingForCode, ahead: now }) => {
    ahead = now;
    store.set({ ready: true, now: clock(), phones, waiting, waitingForCode });
    if (store.get().phone === undefined && phones.length > 0) open(firstPhone(phones));
  },
  groups: (groups) => store.set({ groups }),
  pictures: (pictures) => store.set({ pictures }),
  messages: (told) => {
    store.set(withMessages(store.get(), told));
    look();
  },
  presence: (told) => store.set({ presence: withPresence(store.get().presence, told) }),
  frames: (told) => store.set({ frames: withFrames(store.get().frames, told) }),
};

/** What is on the screen has been seen. */
const look = () => {
  const { sandbox, phone, chat, messages, seen } = store.get();
  if (chat === undefined || document.hidden) return;
  const last = messages.findLast((message) => message.chat === chat)?.at ?? 0;
  if (last <= (seen[chat] ?? 0)) return;
  store.set({ seen: keepSeen(sandbox, phone, { ...seen, [chat]: last }) });
};

let unfollow = () => {};
const follow = () => {
  const [phone, chat] = location.hash.slice(1).split('/').filter(Boolean).map(decodeURIComponent);
  const before = store.get();
  const stays = phone === before.phone && before.sandbox !== undefined;
  if (!stays || chat !== before.chat) store.set({ chat, answering: undefined });
  if (stays) return look();
  if (phone !== undefined) keep('phone', phone);
  store.set({ ...NOTHING, phone, seen: before.sandbox ? seenOf(before.sandbox, phone, clock()) : {} });
  unfollow();
  unfollow = followEvents(phone, on);
};

mountRail(document.getElementById('rail'), app);
mountChats(document.getElementById('chats'), app);
mountConversation(document.getElementById('conversation'), app);
mountLog(document.getElementById('log'), app);
app.onChange(({ logOpen, chat, connected }) => {
  document.body.classList.toggle('with-log', logOpen);
  document.body.classList.toggle('in-chat', chat !== undefined);
  document.body.classList.toggle('cut-off', !connected);
});
applyTheme();
addEventListener('hashchange', follow);
document.addEventListener('visibilitychange', look);
addEventListener('keydown', (event) => {
  if (!event.altKey || event.code !== 'KeyL') return;
  event.preventDefault();
  toggleLog();
});
// typing ends and messages disappear although nothing is told
setInterval(() => store.set({ now: clock() }), 2000);
follow();
