import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import { MongoClient } from 'mongodb';
import type { PhoneHandle } from '../sandbox/client.ts';
import type { Session } from '../src/ports/whatsapp.ts';
import { openGateway, ownerOf, pair } from '../test/support/baileys.ts';
import { makeMemoryAuth, pairBaileys } from '../test/support/bare-baileys.ts';
import { mongoAuth } from './mongo-auth.ts';

export const KINDS = ['memory', 'mongo', 'wildcat'] as const;
export type Kind = (typeof KINDS)[number];

export type Where = Readonly<{
  socketUrl: string;
  rootKey: string;
  controlUrl: string;
  natsUrl: string;
  mongoUrl: string;
}>;

/** Sends a text under this id; resolves when the server has acked it. */
export type Send = (to: string, waId: string, text: string) => Promise<void>;

const bareSend = (sock: WASocket): Send => {
  const waiting = new Map<string, () => void>();
  sock.ws.on('CB:ack,class:message', ({ attrs }: BinaryNode) => waiting.get(attrs.id ?? '')?.());
  return async (to, waId, text) => {
    const acked = new Promise<void>((resolve) => waiting.set(waId, resolve));
    await sock.sendMessage(to, { text, linkPreview: null }, { messageId: waId });
    await acked;
    waiting.delete(waId);
  };
};

const wildcatSend =
  (session: Session): Send =>
  async (to, waId, text) => {
    const at = new Date().toISOString();
    const request: Parameters<Session['prepare']>[0] = {
      id: waId,
      type: 'message.send_requested',
      v: 1,
      account: 'bench',
      gen: 1,
      at,
      occurredAt: at,
      seq: 1,
      data: {
        waId,
        chat: { jid: to },
        to,
        from: null,
        timestamp: 1,
        content: { type: 'text', text },
        bodyHash: '',
      },
    };
    const outcome = await session.relay(await session.prepare(request), request, 1);
    if (outcome.kind !== 'acked') throw new Error(`${outcome.kind}: ${JSON.stringify(outcome)}`);
  };

/**
 * Pairs one client: bare Baileys with keys in memory, bare Baileys with keys written through to MongoDB, or Wildcat's
 * gateway. Resolves when it is connected and past its first sync.
 */
export const openClient = async (kind: Kind, phone: PhoneHandle, where: Where): Promise<Send> => {
  if (kind === 'wildcat') {
    const gateway = await openGateway(where, { dbName: 'bench_state' });
    return wildcatSend((await pair(gateway.whatsApp, ownerOf(`a${phone.number}`, 1), phone.scan)).session);
  }
  const auth =
    kind === 'memory'
      ? makeMemoryAuth()
      : mongoAuth((await new MongoClient(where.mongoUrl).connect()).db('bench'), `bare_${phone.number}`);
  const client = await pairBaileys({ url: where.socketUrl, rootKey: where.rootKey }, phone.scan, { auth });
  return bareSend(client.sock());
};
