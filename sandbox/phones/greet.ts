import { deflateSync } from 'node:zlib';
import { proto } from '@whiskeysockets/baileys';
import type { DeviceRef, World } from '../server/world.ts';
import { KEY_ID } from './app-state/follow.ts';
import { sendPeer } from './send.ts';

const { Type } = proto.Message.ProtocolMessage;
const { HistorySyncType } = proto.HistorySync;

/** The history a newly linked companion gets: none yet, but rc14 holds back all events until it came. */
const emptyHistory = () =>
  deflateSync(
    proto.HistorySync.encode({
      syncType: HistorySyncType.INITIAL_BOOTSTRAP,
      conversations: [],
      chunkOrder: 0,
      progress: 100,
    }).finish(),
  );

/** What a phone sends a companion it has just linked: the app-state key, then the history, inline. */
export const greetCompanion = (world: World, companion: DeviceRef): void => {
  sendPeer(world, companion, {
    protocolMessage: {
      type: Type.APP_STATE_SYNC_KEY_SHARE,
      appStateSyncKeyShare: {
        keys: [
          {
            keyId: { keyId: KEY_ID },
            keyData: {
              keyData: companion.phone.appStateKey,
              fingerprint: { rawId: 1, currentIndex: 0, deviceIndexes: [0] },
              timestamp: Math.floor(world.now() / 1000),
            },
          },
        ],
      },
    },
  });
  sendPeer(world, companion, {
    protocolMessage: {
      type: Type.HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: {
        syncType: HistorySyncType.INITIAL_BOOTSTRAP,
        chunkOrder: 0,
        progress: 100,
        initialHistBootstrapInlinePayload: emptyHistory(),
      },
    },
  });
};
