import { z } from 'zod';

/** Digits with country code; a plus in front is taken off. */
export const phoneNumber = z
  .string()
  .regex(/^\+?\d{5,15}$/, 'a phone number: 5 to 15 digits with country code')
  .transform((value) => value.replace('+', ''));
export const addressing = z.enum(['lid', 'pn']);
const milliseconds = z.number().int().min(0).max(3_600_000);
const after = milliseconds.nullable();

const behaviour = z.strictObject({
  online: z.boolean().optional(),
  deliverAfter: after.optional(),
  readAfter: after.optional(),
  addressing: addressing.optional(),
  /** How people are named in groups it makes. */
  groupAddressing: addressing.optional(),
  /** New companions get app state as a snapshot, for clients that are led to our media host. */
  snapshots: z.boolean().optional(),
  /** Companions are told what another device of the account has read. */
  tellsReads: z.boolean().optional(),
  /** Forms of its number that only `contact` queries know: `5511987654321` of `551187654321`. */
  otherForms: z.array(phoneNumber).max(10).optional(),
});
export type BehaviourInput = z.infer<typeof behaviour>;

/** How much of what a phone shows is told to companions linked from then on. */
const history = z
  .strictObject({
    chats: z.number().int().min(0).max(1000),
    /** Per chat. */
    messages: z.number().int().min(1).max(10_000),
    /** As files on the media host instead of inline. */
    onMediaHost: z.boolean().default(false),
  })
  .refine(({ chats, messages }) => chats * messages <= 100_000, 'at most 100,000 messages');

export const newPhone = behaviour.extend({
  number: phoneNumber,
  name: z.string().min(1).max(100).optional(),
  /** A new phone gets a made-up past of that size. */
  history: history.optional(),
});
export type NewPhoneInput = z.input<typeof newPhone>;
export const changePhone = behaviour.extend({ history: history.optional() });
export type ChangePhoneInput = z.input<typeof changePhone>;

/** Dashes and spaces are for reading only. */
export const pairingCode = z.strictObject({
  code: z
    .string()
    .transform((value) => value.replace(/[\s-]/g, '').toUpperCase())
    .refine((value) => value.length === 8, 'a code of 8 letters and digits'),
});

export const scan = z.strictObject({ qr: z.string().min(1) });

/** A number, the jid of a group, or status@broadcast. */
export const chat = z.union([
  phoneNumber,
  z
    .string()
    .regex(
      /^(\d+(-\d+)?@g\.us|status@broadcast)$/,
      'a phone number, the jid of a group, or status@broadcast',
    ),
]);

export const newBurst = z.strictObject({
  to: phoneNumber,
  from: z.number().int().min(1).max(10_000).default(1),
  count: z.number().int().min(1).max(1_000_000),
  text: z.string().min(1).max(65_536).default('burst'),
  /** Messages per second; as fast as they go without. */
  rate: z.number().positive().max(100_000).optional(),
  /** false: only encrypt, and wait for `POST /bursts/:id/release`. */
  release: z.boolean().default(true),
});
export const releaseBurst = z.strictObject({ rate: z.number().positive().max(100_000).optional() });

const count = z.number().int().min(0).max(1_000_000).default(1);
const code = z.number().int().min(100).max(999);
const hold = z.union([z.enum(['withhold', 'none']), milliseconds]);

export const trouble = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('drop') }),
  z.strictObject({ kind: z.literal('close'), code }),
  z.strictObject({ kind: z.literal('stall'), ms: milliseconds }),
  z.strictObject({ kind: z.literal('redeliver'), ids: z.array(z.string()).optional() }),
  z.strictObject({ kind: z.literal('readdress'), ids: z.array(z.string()).optional() }),
  z.strictObject({ kind: z.enum(['acks', 'receipts']), hold }),
  z.strictObject({ kind: z.literal('iqs'), hold, xmlns: z.string().min(1).optional() }),
  z.strictObject({ kind: z.literal('names'), hold: z.enum(['withhold', 'none']) }),
  z.strictObject({
    kind: z.literal('throttle'),
    perSecond: z.number().int().min(0).max(100_000),
    code: code.default(429),
  }),
  z.strictObject({
    kind: z.enum([
      ...['lose-receipts', 'lose-messages', 'tamper-in', 'tamper-out', 'duplicate'],
      ...['cut-uploads', 'hang-uploads', 'redirect-uploads', 'hang-downloads'],
    ] as const),
    count,
  }),
  z.strictObject({
    kind: z.enum(['reject', 'refuse-login', 'refuse-uploads', 'refuse-downloads']),
    code,
    count,
  }),
  z.strictObject({
    kind: z.literal('expire-media'),
    code: z.union([z.literal(404), z.literal(410)]).default(410),
    ids: z.array(z.string()).optional(),
  }),
  z.strictObject({
    kind: z.literal('restrict'),
    until: z.number().int().positive().nullable(),
    reason: z.string().default('DEFAULT'),
    told: z.boolean().default(true),
  }),
  z.strictObject({
    kind: z.literal('quota'),
    total: z.number().int(),
    used: z.number().int().min(0),
    status: z.string().default('NONE'),
    until: z.number().int().positive(),
  }),
  z.strictObject({ kind: z.literal('none') }),
]);
/** As a caller writes it: what has a default may be left out. */
export type TroubleInput = z.input<typeof trouble>;

/** `after`: only what happened since that sequence; `wait`: hold the answer so many ms until there is something. */
export const listQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  wait: z.coerce.number().int().min(0).max(600_000).default(0),
});
export type ListQuery = z.infer<typeof listQuery>;
