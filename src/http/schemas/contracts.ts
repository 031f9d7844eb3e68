import type { Contract } from '../route.ts';
import {
  connectAccount,
  createAccount,
  deleteAccount,
  disconnectAccount,
  getAccount,
  getQr,
  getStatus,
  listAccounts,
  logoutAccount,
} from './accounts.ts';
import { chatContracts } from './chats.ts';
import { getConsole, getConsoleFile } from './console.ts';
import { deliveryContracts } from './deliveries.ts';
import { getAsyncApi, getDocs, getDocsScript, getHome, getOpenApi } from './docs.ts';
import { pullEvents, socketEvents, streamEvents } from './events.ts';
import { groupChangeContracts } from './group-changes.ts';
import { groupContracts } from './groups.ts';
import { getMedia, getMessageMedia, listMedia } from './media.ts';
import {
  getMessage,
  getMessageHistory,
  listAccountMessages,
  listChatMessages,
  listMessages,
} from './messages.ts';
import { phoneContracts } from './phone.ts';
import { pictureContracts } from './pictures.ts';
import {
  deleteMessage,
  editMessage,
  forwardMessage,
  pinMessage,
  reactToMessage,
  starMessage,
} from './remarks.ts';
import { sendContact, sendLocation, sendPoll } from './send-kinds.ts';
import { sendAudio, sendDocument, sendImage, sendSticker, sendVideo } from './send-media.ts';
import { replyText, sendText } from './sends.ts';
import { getHealth, getMetrics, ping, ready } from './service.ts';
import { sessionCallContracts } from './session-calls.ts';
import { viewContracts } from './views.ts';
import { webhookContracts } from './webhooks.ts';

/** The whole REST contract, for those who describe or probe it. */
export const contracts: readonly Contract[] = [
  ping,
  ready,
  getHealth,
  getMetrics,
  createAccount,
  listAccounts,
  getAccount,
  deleteAccount,
  getStatus,
  connectAccount,
  disconnectAccount,
  logoutAccount,
  getQr,
  sendText,
  replyText,
  sendLocation,
  sendContact,
  sendPoll,
  reactToMessage,
  pinMessage,
  starMessage,
  deleteMessage,
  editMessage,
  forwardMessage,
  getMessage,
  getMessageHistory,
  listChatMessages,
  listAccountMessages,
  ...chatContracts,
  listMessages,
  sendImage,
  sendVideo,
  sendAudio,
  sendDocument,
  sendSticker,
  listMedia,
  getMedia,
  getMessageMedia,
  ...sessionCallContracts,
  ...groupContracts,
  ...groupChangeContracts,
  ...phoneContracts,
  ...pictureContracts,
  pullEvents,
  streamEvents,
  socketEvents,
  ...viewContracts,
  ...webhookContracts,
  ...deliveryContracts,
  getHome,
  getOpenApi,
  getAsyncApi,
  getDocs,
  getDocsScript,
  getConsole,
  getConsoleFile,
];
