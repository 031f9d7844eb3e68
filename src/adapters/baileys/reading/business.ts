import type { proto } from '@whiskeysockets/baileys';
import { z } from 'zod';
import type { Content } from '../../../events/messages.ts';
import { defined, MAX_NAME, textOf } from './fields.ts';

type Message = proto.IMessage;
type Choice = NonNullable<Content['choices']>[number];
export type Text = string | null | undefined;

/** What a person sees of a message that is more than a text: words below one another, under a file or a place. */
export type Layout = Readonly<{
  words: readonly Text[];
  header?: Message | null | undefined;
  choices?: readonly Choice[];
  context?: proto.IContextInfo | null | undefined;
}>;
/** Null where the message is of another kind. */
export type Lay = (message: Message) => Layout | null | undefined;

const choiceOf = (text: Text, id?: Text, url?: Text): readonly Choice[] => {
  const label = textOf(text, MAX_NAME);
  if (label === undefined) return [];
  return [{ text: label, ...defined({ id: textOf(id, MAX_NAME), url: textOf(url, MAX_NAME) }) }];
};

const call = (number: Text): Text => number && `tel:${number}`;

/** What is JSON within a proto, as `schema` has it, or null. Senders are not trusted with it. */
export const parsedParams = <Params>(json: Text, schema: z.ZodType<Params>): Params | null => {
  try {
    return schema.parse(JSON.parse(json ?? ''));
  } catch {
    return null;
  }
};

const row = z.object({ title: z.string(), id: z.string() }).partial();
const buttonParams = z
  .object({
    display_text: z.string(),
    id: z.string(),
    url: z.string(),
    phone_number: z.string(),
    sections: z.array(z.object({ rows: z.array(row) }).partial()),
  })
  .partial();

/** A button of an interactive message: what it does stands in its JSON. A list is a button, too. */
const flowChoices = (json: Text): readonly Choice[] => {
  const params = parsedParams(json, buttonParams);
  if (params === null) return [];
  const rows = (params.sections ?? []).flatMap((section) => section.rows ?? []);
  const button = choiceOf(params.display_text, params.id, params.url ?? call(params.phone_number));
  return [...button, ...rows.flatMap(({ title, id }) => choiceOf(title, id))];
};

const productLayout = ({
  product,
  catalog,
  body,
  footer,
  ...part
}: proto.Message.IProductMessage): Layout => {
  const { title, description } = product ?? catalog ?? {};
  const imageMessage = product?.productImage ?? catalog?.catalogImage ?? null;
  return {
    words: [title, description, body, footer],
    header: imageMessage && { imageMessage },
    context: part.contextInfo,
  };
};

const interactiveLayout = (part: proto.Message.IInteractiveMessage): Layout => {
  const { header, body, footer, carouselMessage: carousel, nativeFlowMessage: flow } = part;
  const product = header?.productMessage && productLayout(header.productMessage);
  // no card has cards: whoever nests them is up to something
  const cards = (carousel?.cards ?? []).map((card) => interactiveLayout({ ...card, carouselMessage: null }));
  return {
    words: [
      ...[header?.title, header?.subtitle, ...(product?.words ?? []), body?.text, footer?.text],
      ...cards.flatMap(({ words }) => words),
    ],
    header: product?.header ?? header,
    choices: [
      ...(flow?.buttons ?? []).flatMap(({ buttonParamsJson }) => flowChoices(buttonParamsJson)),
      ...cards.flatMap(({ choices = [] }) => choices),
    ],
    context: part.contextInfo,
  };
};

const templateButton = ({
  quickReplyButton: reply,
  urlButton: link,
  callButton: phone,
}: proto.IHydratedTemplateButton): readonly Choice[] =>
  choiceOf(
    reply?.displayText ?? link?.displayText ?? phone?.displayText,
    reply?.id,
    link?.url ?? call(phone?.phoneNumber),
  );

/** Of a template that the receiver would have to fill in (`fourRowTemplate`) there are no words, but maybe a file. */
const templateLayout = (part: proto.Message.ITemplateMessage): Layout => {
  const { interactiveMessageTemplate: interactive, fourRowTemplate, contextInfo: context } = part;
  if (interactive) return { ...interactiveLayout(interactive), context };
  const filled = part.hydratedTemplate ?? part.hydratedFourRowTemplate;
  if (!filled) return { words: [], header: fourRowTemplate, context };
  return {
    words: [filled.hydratedTitleText, filled.hydratedContentText, filled.hydratedFooterText],
    header: filled,
    choices: (filled.hydratedButtons ?? []).flatMap(templateButton),
    context,
  };
};

const noteLayout = (note: Message | null | undefined): Layout => ({
  words: [note?.conversation || note?.extendedTextMessage?.text],
  context: note?.extendedTextMessage?.contextInfo,
});

/** What businesses and their bots send, and what is paid and ordered. */
export const BUSINESS: readonly Lay[] = [
  ({ templateMessage: part }) => part && templateLayout(part),
  ({ highlyStructuredMessage: part }) => part?.hydratedHsm && templateLayout(part.hydratedHsm),
  ({ interactiveMessage: part }) => part && interactiveLayout(part),
  ({ buttonsMessage: part }) =>
    part && {
      words: [part.text, part.contentText, part.footerText],
      header: part,
      choices: (part.buttons ?? []).flatMap(({ buttonText, buttonId, nativeFlowInfo: flow }) =>
        flow ? flowChoices(flow.paramsJson) : choiceOf(buttonText?.displayText, buttonId),
      ),
      context: part.contextInfo,
    },
  ({ listMessage: part }) =>
    part && {
      words: [part.title, part.description, part.footerText],
      choices: (part.sections ?? [])
        .flatMap(({ rows }) => rows ?? [])
        .flatMap(({ title, rowId }) => choiceOf(title, rowId)),
      context: part.contextInfo,
    },
  ({ productMessage: part }) => part && productLayout(part),
  ({ orderMessage: part }) => part && { words: [part.orderTitle, part.message], context: part.contextInfo },
  ({ richResponseMessage: part }) =>
    part && {
      words: (part.submessages ?? []).map(({ messageText }) => messageText),
      context: part.contextInfo,
    },
  ({ invoiceMessage: part }) => part && { words: [part.note] },
  ({ sendPaymentMessage: part }) => part && noteLayout(part.noteMessage),
  ({ requestPaymentMessage: part }) => part && noteLayout(part.noteMessage),
];
