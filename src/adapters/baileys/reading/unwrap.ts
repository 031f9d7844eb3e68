import type { proto } from '@whiskeysockets/baileys';

type Message = proto.IMessage;

/** A message freed of its envelopes, and what they said. */
type Unwrapped = Readonly<{ message: Message; viewOnce: boolean }>;

const MAX_DEPTH = 8;

const VIEW_ONCE = ['viewOnceMessage', 'viewOnceMessageV2', 'viewOnceMessageV2Extension'] as const;
const ENVELOPES = [
  ...VIEW_ONCE,
  'ephemeralMessage',
  'documentWithCaptionMessage',
  'editedMessage',
  'associatedChildMessage',
  'groupStatusMessage',
  'groupStatusMessageV2',
  'lottieStickerMessage',
  'groupMentionedMessage',
  'botInvokeMessage',
  'botTaskMessage',
  'botForwardedMessage',
  'eventCoverImage',
  'pollCreationMessageV4',
  'pollCreationOptionImageMessage',
  'questionMessage',
  'questionReplyMessage',
  'commentMessage',
  'statusAddYours',
  'statusMentionMessage',
  'groupStatusMentionMessage',
  'limitSharingMessage',
] as const;

type Envelope = (typeof ENVELOPES)[number];
const isViewOnce = (name: Envelope): boolean => (VIEW_ONCE as readonly string[]).includes(name);

const innerOf = (message: Message): { name: Envelope; inner: Message } | null => {
  for (const name of ENVELOPES) {
    const inner = message[name]?.message;
    if (inner !== null && inner !== undefined) return { name, inner };
  }
  return null;
};

/** Opens the envelopes that WhatsApp puts round content (ephemeral, view once, caption, edit, copy to own devices, …). */
export const unwrap = (message: Message): Unwrapped => {
  let current = message.deviceSentMessage?.message ?? message;
  let viewOnce = false;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const envelope = innerOf(current);
    if (envelope === null) break;
    viewOnce ||= isViewOnce(envelope.name);
    current = envelope.inner;
  }
  return { message: current, viewOnce };
};
