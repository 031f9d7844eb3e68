import { proto } from '@whiskeysockets/baileys';
import type { Ownership, PreparedSend, RelayOutcome, Session } from '../../ports/whatsapp.ts';
import { createAcks } from './acks.ts';
import { sameAddress } from './addresses.ts';
import type { Core } from './core.ts';
import type { WhatsAppDeps } from './deps.ts';
import type { GatedSocket } from './socket.ts';

export type Sends = Readonly<{
  relay: Session['relay'];
  receiveAck: ReturnType<typeof createAcks>['receive'];
  close: ReturnType<typeof createAcks>['close'];
  /** What Baileys sends again when a recipient could not decrypt it; only to whom it was sent. */
  getMessage: (key: proto.IMessageKey) => Promise<proto.IMessage | undefined>;
}>;

type SendRequested = Parameters<Session['relay']>[1];

type SendDeps = Readonly<{
  deps: WhatsAppDeps;
  owner: Ownership;
  core: Core;
  socket: () => Pick<GatedSocket, 'sock' | 'gate'>;
}>;

const NO_SESSION = 'All encryptions failed';
const REFUSED = 500;

// Baileys encrypts for every device before it hands over a frame: this error means that none has left.
const outcomeOfThrow = (error: unknown): RelayOutcome => {
  const reason = error instanceof Error ? error.message : String(error);
  return reason === NO_SESSION
    ? { kind: 'refused', code: REFUSED, reason: 'nobody there can read it: not on WhatsApp?' }
    : { kind: 'unknown', reason };
};

/**
 * Sends of one session: outbox row and attempt are queued, then Baileys relays at once; its frame waits at the gate
 * until both are on disk. Relays leave in the order of the calls (Baileys' own mutex), acks are awaited side by side.
 */
export const createSends = ({ deps, owner, core, socket }: SendDeps): Sends => {
  const { committer, recorder, recent, directory } = core;
  const { outbox, failpoint, now } = deps;
  const acks = createAcks(now);

  const queueAttempt = (send: PreparedSend, request: SendRequested, attempt: number): void => {
    const { waId, chat } = request.data;
    const event = recorder.fact(
      { type: 'message.send_attempted', data: { waId, chat, attempt } },
      now().toISOString(),
    );
    committer.step(() => outbox.put(owner.account, send));
    committer.step(
      async () => {
        await deps.append({ ...event, actor: { kind: 'system' }, cause: request.id, corr: request.corr });
      },
      () => failpoint('send.after_attempt'),
    );
  };

  const relay: Sends['relay'] = async (send, request, attempt) => {
    recent.addOwn(send.waId);
    queueAttempt(send, request, attempt);
    const { outcome, left, give } = acks.wait(send.waId);
    try {
      await socket().sock.relayMessage(send.to, proto.Message.decode(send.message), {
        messageId: send.waId,
        additionalAttributes: { ...send.attributes },
      });
      socket().gate.onceLeft(() => {
        failpoint('send.after_frame');
        left();
      });
    } catch (error) {
      give(outcomeOfThrow(error));
    }
    return outcome;
  };

  return {
    relay,
    receiveAck: acks.receive,
    close: acks.close,
    getMessage: async ({ id, remoteJid, fromMe }) => {
      if (!id || !remoteJid || !fromMe) return undefined;
      const send = await outbox.find(owner.account, id);
      // a stranger may ask for any id: he gets only what was meant for him
      if (send === null || !sameAddress(send.to, remoteJid, directory)) return undefined;
      return proto.Message.decode(send.message);
    },
  };
};
