import { publicEvent } from '../../events/public.ts';
import { DELIVERED, deliveredMessage } from '../schemas/delivered.ts';

type Json = Readonly<Record<string, unknown>>;

/** What holds for every request. The version is the service's. */
export const INFO: Json = {
  title: 'Wildcat',
  description: `WhatsApp accounts as an event log, over REST.

Answers are JSON \`{ok, …}\`, errors \`{"ok": false, "error": "…"}\`, each with an \`x-request-id\`. Where an API_KEY is set, every request brings it as \`Authorization: Bearer …\` or \`X-Api-Key\`.

Repeat what timed out, or was answered 503, with the same \`Idempotency-Key\`: a message goes out once. Every answer has the \`Wildcat-Position\` of the log that it knows of; a read with \`Wildcat-Min-Position: N\` waits until it knows of N, and \`Wildcat-Stale: true\` says that it could not.

A chat is a JID (\`4915112345678@s.whatsapp.net\`, \`…@g.us\`, \`…@lid\`) or a number with its country's code.`,
  license: { name: 'MIT', identifier: 'MIT' },
};

/** In the order in which a reader needs them. */
export const TAGS: Readonly<Record<string, string>> = {
  accounts: 'Create, pair and connect them; their profile, labels and calls',
  messages: 'Send, change and read messages',
  chats: 'What is in them, how they stand, read marks, presence',
  contacts: 'Who is known, who is on WhatsApp, who is blocked',
  groups: 'Groups, as WhatsApp has them now',
  media: 'Files that were sent or received',
  webhooks: 'Being told; what was delivered, and how to have it again',
  events: 'Every event, by pull, as a stream, over a WebSocket',
  service: 'Health, metrics and this description',
  admin: 'Building views anew, and comparing them with the log',
};

const OF_ACCOUNT: Readonly<Record<string, string>> = {
  message: 'messages',
  messages: 'messages',
  chats: 'chats',
  contacts: 'contacts',
  groups: 'groups',
  webhooks: 'webhooks',
};

/** Under which heading a path stands. */
export const tagOf = (path: string): string => {
  const [, first = '', , third = ''] = path.split('/');
  if (first === 'accounts') return OF_ACCOUNT[third] ?? 'accounts';
  return first in TAGS ? first : 'service';
};

const header = (name: string, description: string): Json => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

/** What is posted to webhooks. `schemaOf`: how this document says a schema. */
export const webhooksOf = (
  schemaOf: (schema: typeof deliveredMessage | typeof publicEvent) => Json,
): Json => ({
  delivery: {
    post: {
      operationId: 'delivery',
      summary:
        'What a webhook is sent: a message, or any event with format cloudevents; answer 2xx within 15 s',
      tags: ['webhooks'],
      security: [],
      parameters: [
        header('webhook-id', 'The same however often it comes: deduplicate by it'),
        header('webhook-timestamp', 'Unix seconds of this attempt'),
        header(
          'webhook-signature',
          'v1,base64 of HMAC-SHA256, see standardwebhooks.com; two while a secret is changed',
        ),
        header(
          'wildcat-event',
          'Type of the event: message.received, message.sent, message.sent_elsewhere, …',
        ),
        header('wildcat-position', "The event's place in the log"),
        header('wildcat-previous', 'That of the one before it for this webhook'),
        header('wildcat-attempt', '1, 2, …'),
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: schemaOf(deliveredMessage), example: DELIVERED },
          'application/cloudevents+json': { schema: schemaOf(publicEvent) },
        },
      },
      responses: {
        '2XX': { description: 'Done' },
        '4XX': { description: 'Comes again later, as does what gets no answer; 410 disables the webhook' },
      },
    },
  },
});
