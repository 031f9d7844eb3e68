import { isJidGroup, proto } from '@whiskeysockets/baileys';
import { messageOf } from '../../../errors.ts';
import type {
  Ownership,
  PreparedSend,
  RelayOutcome,
  SendRequested,
  Session,
} from '../../../ports/whatsapp.ts';
import type { Core } from '../core.ts';
import type { WhatsAppDeps } from '../deps.ts';
import { type Directory, sameAddress } from '../reading/addresses.ts';
import { secretIn } from '../reading/polls.ts';
import type { GatedSocket } from '../socket.ts';
import { createAcks } from './acks.ts';
import { nodesOf } from './outgoing.ts';

export type Sends = Readonly<{
  relay: Session['relay'];
  receiveAck: ReturnType<typeof createAcks>['receive'];
  close: ReturnType<typeof createAcks>['close'];
  /** What Baileys sends again when a recipient could not decrypt it; only to whom it was sent. */
  getMessage: (key: proto.IMessageKey) => Promise<proto.IMessage | undefined>;
}>;

type SendDeps = Readonly<{
  deps: WhatsAppDeps;
  owner: Ownership;
  core: Core;
  socket: () => Pick<GatedSocket, 'sock' | 'gate'>;
}>;

/** Whether a message may be sent again to whoever asks for it by `key`: a stranger may name any id. */
export const wasMeantFor = (
  send: Pick<PreparedSend, 'to'>,
  key: Pick<proto.IMessageKey, 'remoteJid'>,
  directory: Directory,
): boolean => Boolean(key.remoteJid) && sameAddress(send.to, key.remoteJid ?? '', directory);

/** What WhatsApp answers where there is no such group, or the account is not in it. */
const NO_GROUP = new Set([401, 403, 404]);

/** What a failed relay means: it asks who is in a group before it makes a frame, so then this attempt never left. */
const failedRelay = (error: unknown, to: string, attempt: number): RelayOutcome => {
  const code = error instanceof Error && 'data' in error ? Number(error.data) : 0;
  const reason = messageOf(error);
  return attempt === 1 && isJidGroup(to) && NO_GROUP.has(code)
    ? { kind: 'refused', code, reason: `WhatsApp lets nobody write to that group from here (${reason})` }
    : { kind: 'unknown', reason };
};

/**
 * Sends of one session: outbox row and attempt are queued, then Baileys relays at once; its frame waits at the gate
 * until both are on disk. Relays leave in the order of the calls (Baileys' own mutex), acks are awaited side by side.
 */
export const createSends = ({ deps, owner, core, socket }: SendDeps): Sends => {
  const { committer, memory, recorder, recent, directory, polls } = core;
  const { outbox, failpoint, now } = deps;
  const acks = createAcks(now);

  const queueAttempt = (send: PreparedSend, request: SendRequested, attempt: number): void => {
    const { waId, chat } = request.data;
    const event = recorder.fact(
      { type: 'message.send_attempted', data: { waId, chat, attempt } },
      now().toISOString(),
    );
    // a ratchet that got ahead of them costs nothing: the send is made anew with the next one
    committer.aside(() => outbox.put(owner.account, send));
    committer.aside(
      async () => {
        await deps.append({ cause: request.id, corr: request.corr, ...event, actor: { kind: 'system' } });
      },
      () => failpoint('send.after_attempt'),
    );
  };

  /**
   * Whoever the group's sender key was sent to may never have got it: the frame that brought it is the one that has no
   * ack. It goes along with the next one, to everybody.
   */
  const sendKeyAgain = (group: string): void =>
    void memory.auth.keys.set({ 'sender-key-memory': { [group]: null } });

  /** An ack proves it, however late. A late refusal comes by Baileys' events (taps/messages.ts). */
  const recordLate = ({ id: cause, corr, data }: SendRequested, outcome: RelayOutcome): void => {
    if (outcome.kind !== 'acked') return;
    const { waId, chat } = data;
    const event = recorder.fact(
      { type: 'message.sent', data: { waId, chat, timestamp: outcome.at, evidence: 'ack' } },
      now().toISOString(),
    );
    core.record({ event: { cause, corr, ...event, actor: { kind: 'system' } }, key: undefined });
  };

  const relay: Sends['relay'] = (send, request, attempt) => {
    recent.addOwn(send.waId);
    queueAttempt(send, request, attempt);
    if (attempt > 1 && isJidGroup(send.to)) sendKeyAgain(send.to);
    const { outcome, left, give } = acks.wait(send.waId, (outcome) => recordLate(request, outcome));
    const { sock, gate } = socket();
    const message = proto.Message.decode(send.message);
    polls.note({ waId: send.waId, fromMe: true, author: request.data.chat }, secretIn(message));
    const options = {
      messageId: send.waId,
      additionalAttributes: { ...send.attributes },
      additionalNodes: nodesOf(message),
    };
    const onLeft = (): void => {
      failpoint('send.after_frame');
      left();
    };
    sock.relayMessage(send.to, message, options).then(
      () => gate.onceLeft(onLeft),
      (error: unknown) => give(failedRelay(error, send.to, attempt)),
    );
    return outcome;
  };

  return {
    relay,
    receiveAck: acks.receive,
    close: acks.close,
    getMessage: async (key) => {
      if (!key.id || !key.fromMe) return undefined;
      const send = await outbox.find(owner.account, key.id);
      return send !== null && wasMeantFor(send, key, directory)
        ? proto.Message.decode(send.message)
        : undefined;
    },
  };
};
