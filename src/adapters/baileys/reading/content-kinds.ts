import type { proto } from '@whiskeysockets/baileys';
import { z } from 'zod';
import type { Content } from '../../../events/messages.ts';
import { parsedParams, type Text } from './business.ts';
import { defined, MAX_NAME, MAX_TEXT, textOf, whole } from './fields.ts';

export type Message = proto.IMessage;
export type Media = NonNullable<Content['media']>;
/** What a message says by itself; `context` tells how it stands to others. */
export type Basics = Pick<
  Content,
  'type' | 'text' | 'location' | 'contacts' | 'poll' | 'choices' | 'selected'
> &
  Readonly<{ caption?: string; media?: Media; context?: proto.IContextInfo | null | undefined }>;
/** Null where the message is of another kind. */
export type Reader = (message: Message) => Basics | null;

// WhatsApp's own limits (256 contacts, 12 options), with some room: an event has to fit the log.
const MAX_CONTACTS = 256;
const MAX_VCARDS = 131_072;
const MAX_OPTIONS = 64;

/** A place, or where somebody is just now. */
export const placeOf: Reader = ({ locationMessage: fixed, liveLocationMessage: live }) => {
  const part = fixed ?? live;
  if (!part) return null;
  const name = textOf(fixed?.name, MAX_NAME);
  const address = textOf(fixed?.address, MAX_NAME);
  const { degreesLatitude: latitude, degreesLongitude: longitude } = part;
  const isPlace = Number.isFinite(latitude) && Number.isFinite(longitude);
  const text = name ?? address ?? textOf(live?.caption) ?? null;
  const location = {
    latitude: Number(latitude),
    longitude: Number(longitude),
    ...defined({ name, address }),
  };
  return { type: 'location', text, context: part.contextInfo, ...(isPlace ? { location } : {}) };
};

const cardList = (cards: readonly proto.Message.IContactMessage[]): Content['contacts'] => {
  const list = cards.slice(0, MAX_CONTACTS).map(({ displayName, vcard }) => ({
    name: textOf(displayName, MAX_NAME) ?? '',
    vcard: textOf(vcard, MAX_TEXT) ?? '',
  }));
  let left = MAX_VCARDS;
  return list.filter(({ vcard }) => {
    left -= vcard.length;
    return left >= 0;
  });
};

/** One contact card or several. */
export const cardsOf: Reader = ({ contactMessage: one, contactsArrayMessage: many }) => {
  const part = one ?? many;
  if (!part) return null;
  const contacts = cardList(one ? [one] : (many?.contacts ?? []));
  const text = textOf(part.displayName) ?? null;
  return { type: 'contact', text, context: part.contextInfo, ...defined({ contacts }) };
};

/** What a poll consists of, whichever of its versions it is; V4 is an envelope. */
export const pollPartOf = (message: Message): proto.Message.IPollCreationMessage | null =>
  message.pollCreationMessage ??
  message.pollCreationMessageV2 ??
  message.pollCreationMessageV3 ??
  message.pollCreationMessageV5 ??
  null;

/** A poll; `text` is its question. */
export const pollOf: Reader = (message) => {
  const part = pollPartOf(message);
  if (!part) return null;
  const options = (part.options ?? [])
    .slice(0, MAX_OPTIONS)
    .map(({ optionName }) => textOf(optionName, MAX_NAME) ?? '');
  const selectable = whole(part.selectableOptionsCount ?? 0) ?? 0;
  return {
    type: 'poll',
    text: textOf(part.name) ?? null,
    context: part.contextInfo,
    poll: { options, selectable },
  };
};

const answered = (
  text: Text,
  selected: Readonly<{ id?: Text; params?: Text }>,
  context: Basics['context'],
): Basics => {
  const id = textOf(selected.id, MAX_NAME) ?? null;
  const { params } = selected;
  // cut JSON is none
  const all = params && params.length <= MAX_TEXT ? { params } : {};
  return { type: 'text', text: textOf(text) ?? null, selected: { id, ...all }, context };
};

const flowParams = z.object({ id: z.string() }).partial();

/** What somebody tapped of what was to choose from, or filled in; `text` is what he sees of it. */
export const answerOf: Reader = ({
  buttonsResponseMessage: button,
  templateButtonReplyMessage: reply,
  listResponseMessage: list,
  interactiveResponseMessage: interactive,
}) => {
  if (button)
    return answered(button.selectedDisplayText, { id: button.selectedButtonId }, button.contextInfo);
  if (reply) return answered(reply.selectedDisplayText, { id: reply.selectedId }, reply.contextInfo);
  if (list) return answered(list.title, { id: list.singleSelectReply?.selectedRowId }, list.contextInfo);
  if (!interactive) return null;
  const params = interactive.nativeFlowResponseMessage?.paramsJson;
  const id = parsedParams(params, flowParams)?.id;
  return answered(interactive.body?.text, { id, params }, interactive.contextInfo);
};
