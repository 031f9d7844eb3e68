import type { proto } from '@whiskeysockets/baileys';
import type { Content } from '../../../events/messages.ts';
import { BUSINESS, type Lay, type Layout } from './business.ts';
import { answerOf } from './content-kinds.ts';
import { defined, textOf } from './fields.ts';

type Message = proto.IMessage;
// WhatsApp's own limit is ten; a sender may name more, and an event has to fit the log.
const MAX_CHOICES = 64;

const votesLayout = ({ name, pollVotes, contextInfo }: proto.Message.IPollResultSnapshotMessage): Layout => ({
  words: [name, ...(pollVotes ?? []).map((vote) => `${vote.optionName}: ${vote.optionVoteCount ?? 0}`)],
  context: contextInfo,
});

/** Other kinds that say something in words. */
const OTHERS: readonly Lay[] = [
  ({ newsletterAdminInviteMessage, newsletterFollowerInviteMessageV2 }) => {
    const part = newsletterAdminInviteMessage ?? newsletterFollowerInviteMessageV2;
    return part && { words: [part.caption || part.newsletterName], context: part.contextInfo };
  },
  ({ pollResultSnapshotMessage, pollResultSnapshotMessageV3 }) => {
    const part = pollResultSnapshotMessage ?? pollResultSnapshotMessageV3;
    return part && votesLayout(part);
  },
  ({ stickerPackMessage: part }) => part && { words: [part.name, part.caption], context: part.contextInfo },
  ({ statusQuestionAnswerMessage, questionResponseMessage, statusQuotedMessage }) => {
    const part = statusQuestionAnswerMessage ?? questionResponseMessage ?? statusQuotedMessage;
    return part && { words: [part.text] };
  },
];

const LAYS = [...BUSINESS, ...OTHERS];

const firstOf = (lays: readonly Lay[], message: Message): Layout | null => {
  for (const lay of lays) {
    const layout = lay(message);
    if (layout) return layout;
  }
  return null;
};

/** How a message is laid out that is more than a text, a file or the like; null for any other. */
export const layoutOf = (message: Message): Layout | null => firstOf(LAYS, message);

/** All its words in one text, and what may be tapped, as far as there is any of it. */
export const saidIn = ({ words, choices = [] }: Layout): Pick<Content, 'choices'> & { text?: string } =>
  defined({
    text: textOf(words.filter(Boolean).join('\n')),
    choices: choices.length === 0 ? undefined : choices.slice(0, MAX_CHOICES),
  });

/** The message in which the file stands, as a plain one would have it: many layouts have it in their head. */
export const fileHolder = (message: Message): Message => layoutOf(message)?.header ?? message;

const captioned = <Part extends object>(part: Part, caption: string | undefined) => ({
  ...part,
  ...(caption === undefined ? {} : { caption }),
});

/**
 * A message as a person passes it on: of what a business made up its file or place and its words, since WhatsApp takes
 * the rest from businesses only, and of an answer to it no more than one sees. Any other message is itself.
 */
export const plainOf = (message: Message): Message => {
  const answer = answerOf(message);
  if (answer !== null) return { extendedTextMessage: { text: answer.text ?? '' } };
  const layout = firstOf(BUSINESS, message);
  if (layout === null) return message;
  const { text } = saidIn(layout);
  const { imageMessage, videoMessage, documentMessage, locationMessage } = layout.header ?? {};
  if (imageMessage) return { imageMessage: captioned(imageMessage, text) };
  if (videoMessage) return { videoMessage: captioned(videoMessage, text) };
  if (documentMessage) return { documentMessage: captioned(documentMessage, text) };
  if (locationMessage) return { locationMessage };
  return { extendedTextMessage: { text: text ?? '' } };
};
