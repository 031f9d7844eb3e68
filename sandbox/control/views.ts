import { z } from 'zod';
import type { Arrival, Phone, ReceiptRecord } from '../server/state.ts';
import { type Burst, deviceKey, type World } from '../server/world.ts';

const sequence = z.number();

const companionView = z.object({
  device: z.number(),
  jid: z.string(),
  platform: z.string(),
  connected: z.boolean(),
  /** Logged in and past the offline phase. */
  live: z.boolean(),
  /** Stanzas it has not answered. */
  waiting: z.number(),
  preKeys: z.number(),
});

export const phoneView = z.object({
  number: z.string(),
  lid: z.string(),
  name: z.string(),
  online: z.boolean(),
  deliverAfter: z.number().nullable(),
  readAfter: z.number().nullable(),
  addressing: z.enum(['lid', 'pn']),
  groupAddressing: z.enum(['lid', 'pn']),
  snapshots: z.boolean(),
  tellsReads: z.boolean(),
  otherForms: z.array(z.string()),
  companions: z.array(companionView),
});
export type PhoneView = z.infer<typeof phoneView>;

export const frameView = z.object({
  sequence,
  at: z.number(),
  id: z.string(),
  from: z.string(),
  device: z.number(),
  encryption: z.string().optional(),
  retry: z.number().optional(),
  error: z.string().optional(),
});
export type FrameView = z.infer<typeof frameView>;

export const receiptView = z.object({
  sequence,
  at: z.number(),
  device: z.number(),
  kind: z.enum(['receipt', 'read', 'retry', 'nack', 'ack', 'lost']),
  id: z.string(),
  to: z.string().optional(),
  type: z.string().optional(),
  error: z.string().optional(),
});
export type ReceiptView = z.infer<typeof receiptView>;

export const burstView = z.object({
  id: z.string(),
  to: z.string(),
  ids: z.array(z.string()),
  released: z.number(),
  startedAt: z.number().optional(),
  finishedAt: z.number().optional(),
});
export type BurstView = z.infer<typeof burstView>;

export const stateView = z.object({
  sequence,
  phones: z.array(phoneView),
  /** Clients that show a QR code right now. */
  waitingForScan: z.number(),
  /** Numbers of phones on which a client waits for its 8-digit code. */
  waitingForCode: z.array(z.string()),
  /** xmlns of queries that got `feature-not-implemented`. */
  unanswered: z.array(z.string()),
});
export type StateView = z.infer<typeof stateView>;

export const showPhone = (world: World, phone: Phone): PhoneView => ({
  number: phone.number,
  lid: phone.lid,
  name: phone.name,
  online: phone.behaviour.online,
  deliverAfter: phone.behaviour.deliverAfter,
  readAfter: phone.behaviour.readAfter,
  addressing: phone.behaviour.addressing === 'lid' ? 'lid' : 'pn',
  groupAddressing: phone.behaviour.groupAddressing === 'lid' ? 'lid' : 'pn',
  snapshots: phone.behaviour.snapshots,
  tellsReads: phone.behaviour.tellsReads,
  otherForms: [...(phone.behaviour.otherForms ?? [])],
  companions: [...phone.companions.values()].map((companion) => {
    const connection = world.connections.get(deviceKey({ phone, device: companion.device }));
    return {
      device: companion.device,
      jid: `${phone.number}:${companion.device}@s.whatsapp.net`,
      platform: companion.platform,
      connected: connection !== undefined,
      live: connection?.live ?? false,
      waiting: companion.mailbox.stanzas.size,
      preKeys: companion.preKeys.size,
    };
  }),
});

export const showFrame = (arrival: Arrival) => arrival;
export const showReceipt = (receipt: ReceiptRecord) => receipt;

export const showBurst = (burst: Burst) => ({
  id: burst.id,
  to: burst.to.number,
  ids: burst.ids,
  released: burst.released,
  startedAt: burst.startedAt,
  finishedAt: burst.finishedAt,
});

export const showState = (world: World): StateView => ({
  sequence: world.state.sequence,
  phones: [...world.state.phones.values()].map((phone) => showPhone(world, phone)),
  waitingForScan: new Set(world.offers.values()).size,
  waitingForCode: [...world.codes.keys()],
  unanswered: [...world.unanswered],
});
