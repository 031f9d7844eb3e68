import { requireSender } from '../commands/messages.ts';
import { WildcatError } from '../errors.ts';
import { isGroup } from '../events/ids.ts';
import type { Content, SendRequest } from '../events/messages.ts';
import { lookFor, viewsAtHead } from './asking.ts';
import type { Found, HttpDeps } from './deps.ts';
import { type Composed, type SendAnswer, sendOnce, UNSAID } from './idempotent-send.ts';
import { keyIn, requestHash } from './message-ids.ts';
import { chatMeant, recipientOf } from './recipient.ts';
import { type Route, route } from './route.ts';
import {
  deleteMessage,
  editMessage,
  forwardMessage,
  NO_MESSAGE,
  pinMessage,
  reactToMessage,
  starMessage,
} from './schemas/remarks.ts';

type Remark = NonNullable<SendRequest['remark']>;
type Place = Readonly<{ chatId: string; messageId: string }>;

/** A remark on a stored message. `check` refuses by throwing. Throws `not_found` where there is none. */
const remarked = async (
  deps: HttpDeps,
  account: string,
  { chatId, messageId }: Place,
  said: Readonly<{
    kind: Remark['kind'];
    emoji?: string;
    seconds?: number;
    content?: Content;
    check?: (found: Found) => void;
  }>,
): Promise<Composed> => {
  // as it was sent: by the form of a number that WhatsApp knows
  const { chat, to } = await recipientOf(deps, account, chatId);
  const found = await lookFor(deps, () => deps.lookupMessage(account, messageId, to));
  if (found === null) throw new WildcatError('not_found', NO_MESSAGE);
  said.check?.(found);
  const { waId, fromMe, from, participant } = found;
  const remark: Remark = {
    kind: said.kind,
    target: { waId, fromMe, author: from ?? chat },
    ...(participant === null ? {} : { participant }),
    ...(said.emoji === undefined ? {} : { emoji: said.emoji }),
    ...(said.seconds === undefined ? {} : { seconds: said.seconds }),
  };
  return { chat, to, content: said.content ?? UNSAID, remark };
};

const checkDelete =
  (chatId: string) =>
  ({ fromMe }: Found): void => {
    if (fromMe || isGroup(chatId)) return;
    throw new WildcatError(
      'forbidden',
      'Only own messages can be deleted here: others’ only by a group admin',
    );
  };

const checkPin = ({ content: { type } }: Found): void => {
  if (type === 'system' || type === 'call')
    throw new WildcatError('refused', 'Only what somebody has written or sent can be pinned');
};

/** WhatsApp takes edits for 15 minutes. */
const EDIT_WINDOW_S = 900;

const checkEdit =
  (now: number) =>
  ({ fromMe, content, timestamp }: Found): void => {
    if (!fromMe) throw new WildcatError('forbidden', 'Only own messages can be edited');
    if (content.type !== 'text') throw new WildcatError('refused', 'Only texts can be edited');
    if (timestamp + EDIT_WINDOW_S < now)
      throw new WildcatError('refused', 'WhatsApp takes no edit of a message older than 15 minutes');
  };

/** Where a repeat may look for what came of it: at the message that it was about. */
const at = (answer: SendAnswer, account: string, messageId: string): SendAnswer =>
  answer.status === 202
    ? { ...answer, headers: { ...answer.headers, Location: `/accounts/${account}/messages/${messageId}` } }
    : answer;

/** The answer to a remark that is told by its own id, as `at` has it. */
const withId = (sent: SendAnswer, account: string, messageId: string) => {
  const answer = at(sent, account, messageId);
  return answer.status === 200
    ? { ...answer, body: { ok: true as const, messageId: answer.body.messageId } }
    : answer;
};

/** A stored message as WhatsApp names it. Throws `not_found`, `refused` where it would not know whose it is. */
const keyOf = async (deps: HttpDeps, account: string, messageId: string, chatId: string) => {
  const found = await lookFor(deps, () => deps.lookupMessage(account, messageId, chatId));
  if (found === null) throw new WildcatError('not_found', NO_MESSAGE);
  const { chat } = await deps.resolveChat(account, chatId);
  const key = keyIn(chat.jid, found);
  if (key === null) throw new WildcatError('refused', 'Nobody is known to have written this message');
  return key;
};

/** Reactions, pins, stars, edits, deletions and forwards. */
export const remarkRoutes = (deps: HttpDeps): readonly Route[] => [
  route(reactToMessage)(async ({ params: { accountId }, body, request }) => {
    const sent = await sendOnce(deps, accountId, request, {
      bodyHash: requestHash('react', body),
      compose: () => remarked(deps, accountId, body, { kind: 'react', emoji: body.emoji ?? '' }),
    });
    return withId(sent, accountId, body.messageId);
  }),
  route(pinMessage)(async ({ params: { accountId }, body, request }) => {
    const seconds = body.pinned ? body.duration : 0;
    const sent = await sendOnce(deps, accountId, request, {
      bodyHash: requestHash('pin', body),
      compose: () => remarked(deps, accountId, body, { kind: 'pin', seconds, check: checkPin }),
    });
    return withId(sent, accountId, body.messageId);
  }),
  route(starMessage)(async ({ params: { accountId }, body: { chatId: typed, messageId, starred } }) => {
    requireSender(deps.accounts.current(accountId).state, false);
    const chatId = await chatMeant(deps, accountId, typed);
    const key = await keyOf(deps, accountId, messageId, chatId);
    await deps.call(accountId, 'star', { key, on: starred });
    const seq = await viewsAtHead(deps);
    const message = await deps.queries.message(accountId, messageId, chatId);
    if (message === null) throw new WildcatError('not_found', NO_MESSAGE);
    return { status: 200, body: { ok: true, message }, seq };
  }),
  route(deleteMessage)(async ({ params: { accountId }, body, request }) => {
    const sent = await sendOnce(deps, accountId, request, {
      bodyHash: requestHash('delete', body),
      compose: () => remarked(deps, accountId, body, { kind: 'revoke', check: checkDelete(body.chatId) }),
    });
    const answer = at(sent, accountId, body.messageId);
    return answer.status === 200 ? { ...answer, body: { ok: true } } : answer;
  }),
  route(editMessage)(async ({ params: { accountId }, body, request }) => {
    const now = Math.floor(deps.now().getTime() / 1_000);
    const content = { type: 'text', text: body.message } as const;
    const sent = await sendOnce(deps, accountId, request, {
      bodyHash: requestHash('edit', body),
      compose: () => remarked(deps, accountId, body, { kind: 'edit', content, check: checkEdit(now) }),
    });
    return at(sent, accountId, body.messageId);
  }),
  route(forwardMessage)(({ params: { accountId }, body, request }) =>
    sendOnce(deps, accountId, request, {
      bodyHash: requestHash('forward', body),
      compose: async () => {
        const from = await chatMeant(deps, accountId, body.chatId);
        const found = await lookFor(deps, () => deps.lookupForward(accountId, body.messageId, from));
        if (found === null) throw new WildcatError('not_found', NO_MESSAGE);
        const { expiresIn, ...addressed } = await recipientOf(deps, accountId, body.to);
        return { ...found, content: { ...found.content, expiresIn }, ...addressed };
      },
    }),
  ),
];
