/** A command of the original service's reference as it stands there, but for `/path/to`, which a test puts elsewhere. */
type Example = Readonly<{ name: string; command: string }>;

const A = 'http://localhost:3000/accounts/mybusiness';
const JSON_POST = (path: string, body: string): string =>
  `curl -X POST ${path} \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
const FORM = (kind: string, fields: readonly string[]): string =>
  [`curl -X POST ${A}/message/send/${kind}`, ...fields.map((field) => `  -F "${field}"`)].join(' \\\n');

const TO = '1234567890@s.whatsapp.net';
const ID = '3EB0A12345678901';

/** In the order of the reference. */
export const EXAMPLES: readonly Example[] = [
  {
    name: 'create',
    command: JSON_POST('http://localhost:3000/accounts', '{"id":"mybusiness","name":"Business Account"}'),
  },
  { name: 'qr', command: `curl ${A}/status` },
  { name: 'connected', command: `curl ${A}/status` },
  {
    name: 'text',
    command: JSON_POST(
      `${A}/message/send`,
      `{\n    "to": "${TO}",\n    "message": "Hello from Wildcat API!"\n  }`,
    ),
  },
  {
    name: 'reply',
    command: JSON_POST(
      `${A}/message/send`,
      `{\n    "to": "${TO}",\n    "message": "This is a reply!",\n    "quotedMessageId": "${ID}"\n  }`,
    ),
  },
  {
    name: 'mentions',
    command: JSON_POST(
      `${A}/message/send`,
      `{\n    "to": "groupid@g.us",\n    "message": "Hello @user!",\n    "mentions": ["${TO}"]\n  }`,
    ),
  },
  {
    name: 'image',
    command: FORM('image', ['image=@/path/to/image.jpg', `to=${TO}`, 'caption=Check out this image!']),
  },
  { name: 'video', command: FORM('video', ['video=@/path/to/video.mp4', `to=${TO}`, 'caption=Watch this!']) },
  { name: 'audio', command: FORM('audio', ['audio=@/path/to/audio.mp3', `to=${TO}`, 'ptt=true']) },
  {
    name: 'document',
    command: FORM('document', ['document=@/path/to/file.pdf', `to=${TO}`, 'fileName=report.pdf']),
  },
  {
    name: 'react',
    command: JSON_POST(
      `${A}/message/react`,
      `{\n    "chatId": "${TO}",\n    "messageId": "${ID}",\n    "emoji": "👍"\n  }`,
    ),
  },
  {
    name: 'delete',
    command: JSON_POST(`${A}/message/delete`, `{\n    "chatId": "${TO}",\n    "messageId": "${ID}"\n  }`),
  },
  { name: 'message', command: `curl ${A}/messages/${ID}` },
  { name: 'page', command: `curl "${A}/chats/${TO}/messages?limit=20&offset=0"` },
  { name: 'chats', command: `curl ${A}/chats` },
  { name: 'media', command: `curl ${A}/messages/${ID}/media -o downloaded_media.jpg` },
  { name: 'accounts', command: 'curl http://localhost:3000/accounts' },
  {
    name: 'webhook',
    command: JSON_POST('http://localhost:3000/webhooks', '{"url":"https://webhook.site/your-id"}'),
  },
];
