import { proto } from '@whiskeysockets/baileys';
import { isFanOut } from '../server/fan-out.ts';
import { type DeviceRef, resolve, type World } from '../server/world.ts';
import { earlier, sendOnDemand } from './history.ts';
import { sendPeer } from './send.ts';
import { webMessage } from './web-message.ts';

const { Type } = proto.Message.ProtocolMessage;
const { PLACEHOLDER_MESSAGE_RESEND } = proto.Message.PeerDataOperationRequestType;

type Request = proto.Message.IPeerDataOperationRequestMessage;

/** Hands a companion messages it could not read, as the phone shows them. */
const resend = (world: World, companion: DeviceRef, request: Request, session: string) => {
  const { phone } = companion;
  const ids = (request.placeholderMessageResendRequest ?? []).map(({ messageKey }) => messageKey?.id);
  const found = phone.messages.filter(({ id }) => ids.includes(id));
  sendPeer(world, companion, {
    protocolMessage: {
      type: Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      peerDataOperationRequestResponseMessage: {
        peerDataOperationRequestType: PLACEHOLDER_MESSAGE_RESEND,
        stanzaId: session,
        peerDataOperationResult: found.map((message) => ({
          placeholderMessageResendResponse: {
            webMessageInfoBytes: proto.WebMessageInfo.encode(webMessage(world, phone, message)).finish(),
          },
        })),
      },
    },
  });
};

/** Answers what an own companion asks the phone for: messages it could not read, or older ones of a chat. */
export const answerRequest = (
  world: World,
  companion: DeviceRef,
  request: Request,
  session: string,
): void => {
  if (request.placeholderMessageResendRequest?.length) resend(world, companion, request, session);
  const older = request.historySyncOnDemandRequest;
  const jid = older?.chatJid ?? undefined;
  const chat = isFanOut(jid) ? jid : resolve(world, jid)?.phone.number;
  if (older === undefined || older === null || chat === undefined) return;
  const range = { before: older.oldestMsgId ?? '', count: older.onDemandMsgCount ?? 50 };
  sendOnDemand(world, companion, earlier(world, companion.phone, chat, range), session);
};
