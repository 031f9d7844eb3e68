import { randomBytes } from 'node:crypto';
import { WildcatError } from '../errors.ts';
import type { Content } from '../events/messages.ts';
import { lookFor } from './asking.ts';
import type { HttpDeps } from './deps.ts';
import { type Composed, sendOnce, type Wanted } from './idempotent-send.ts';
import { requestHash } from './message-ids.ts';
import { recipientOf } from './recipient.ts';
import { type Route, route } from './route.ts';
import { sendContact, sendLocation, sendPoll } from './schemas/send-kinds.ts';
import { replyText, sendText } from './schemas/sends.ts';

/** What every kind of message may have beside what it says. */
type Manner = Readonly<{
  to: string;
  quotedMessageId?: string | undefined;
  mentions?: readonly string[] | undefined;
}>;

/**
 * A message that says `content`, in the manner that was asked for, and disappears as the chat is set now: whenever it
 * goes, and however often. Throws `not_found` for an unknown quote.
 */
export const composed = async (
  deps: Pick<HttpDeps, 'resolveChat' | 'knownForm' | 'lookupQuoted' | 'views'>,
  account: string,
  { to: asked, quotedMessageId, mentions = [] }: Manner,
  content: Content,
): Promise<Composed> => {
  const { chat, to, expiresIn } = await recipientOf(deps, account, asked);
  const quote =
    quotedMessageId === undefined
      ? {}
      : await lookFor(deps, () => deps.lookupQuoted(account, quotedMessageId, chat));
  if (quote === null) throw new WildcatError('not_found', 'Quoted message not found');
  const { quoted, quotedKey } = { quoted: undefined, quotedKey: undefined, ...quote };
  const said = { ...content, quoted, expiresIn };
  return {
    chat,
    to,
    content: mentions.length === 0 ? said : { ...said, mentions: [...mentions] },
    quotedKey,
  };
};

const text = (
  deps: HttpDeps,
  account: string,
  body: Readonly<{
    to: string;
    message: string;
    quotedMessageId: string | undefined;
    mentions: readonly string[];
  }>,
): Wanted => ({
  bodyHash: requestHash(body.to, body.message, body.quotedMessageId, body.mentions),
  compose: () => composed(deps, account, body, { type: 'text', text: body.message }),
});

// What breaks a line of a vCard, or separates its fields (RFC 6350, 3.4).
const escaped = (value: string): string => value.replace(/[\\,;]/g, '\\$&').replace(/\r?\n/g, '\\n');

const vcardOf = ({ name, phoneNumber }: Readonly<{ name: string; phoneNumber: string }>): string =>
  [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `FN:${escaped(name)}`,
    `TEL;type=CELL;type=VOICE;waid=${phoneNumber}:+${phoneNumber}`,
    'END:VCARD',
  ].join('\n');

/** Texts, places, contact cards and polls on their way out. */
export const sendRoutes = (deps: HttpDeps): readonly Route[] => [
  route(sendText)(({ params: { accountId }, body, request }) =>
    sendOnce(deps, accountId, request, text(deps, accountId, body)),
  ),
  route(replyText)(({ params: { accountId }, body, request }) =>
    sendOnce(deps, accountId, request, text(deps, accountId, body)),
  ),
  route(sendLocation)(({ params: { accountId }, body, request }) => {
    const { to, quotedMessageId, ...location } = body;
    const content = { type: 'location', text: location.name ?? location.address ?? null, location } as const;
    return sendOnce(deps, accountId, request, {
      bodyHash: requestHash('location', body),
      compose: () => composed(deps, accountId, { to, quotedMessageId }, content),
    });
  }),
  route(sendContact)(({ params: { accountId }, body, request }) => {
    const contacts = body.contacts.map((one) => ({ name: one.name, vcard: vcardOf(one) }));
    const name = contacts.length === 1 ? contacts[0]?.name : `${contacts.length} contacts`;
    const content = { type: 'contact', text: name ?? null, contacts } as const;
    return sendOnce(deps, accountId, request, {
      bodyHash: requestHash('contact', body),
      compose: () => composed(deps, accountId, body, content),
    });
  }),
  route(sendPoll)(({ params: { accountId }, body, request }) => {
    const { name, options, selectableCount: selectable } = body;
    const poll = { options: [...options], selectable };
    return sendOnce(deps, accountId, request, {
      bodyHash: requestHash('poll', body),
      compose: async () => ({
        ...(await composed(deps, accountId, body, { type: 'poll', text: name, poll })),
        pollSecret: randomBytes(32).toString('base64'),
      }),
    });
  }),
];
