import { proto } from '@whiskeysockets/baileys';
import type { DeviceRef, World } from '../server/world.ts';
import { KEY_ID } from './app-state/follow.ts';
import { sendWholeHistory } from './history.ts';
import { sendPeer } from './send.ts';

const { Type } = proto.Message.ProtocolMessage;
/** What a phone sends a companion it has just linked: the app-state key, then the history, without which rc14 holds back all events. */
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
  sendWholeHistory(world, companion);
};
