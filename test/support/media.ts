import { Agent as HttpsAgent } from 'node:https';
import { connect as connectTls } from 'node:tls';
import {
  downloadMediaMessage,
  type SocketConfig,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys';
import sharp from 'sharp';
import { Agent } from 'undici';
import type { Sandbox } from '../../sandbox/server.ts';

type DownloadOptions = Parameters<typeof downloadMediaMessage>[2];

/** What a bare Baileys needs to be told of a media host with an authority of its own: for uploads and downloads. */
export const trusting = (ca: string): Required<Pick<SocketConfig, 'fetchAgent' | 'options'>> => {
  // undici of the same major version as Node's own; their types differ in small things
  const options: object = { dispatcher: new Agent({ connect: { ca } }) };
  return { fetchAgent: new HttpsAgent({ ca }), options: options as NonNullable<SocketConfig['options']> };
};

/** The bytes of the file in a message, downloaded as Baileys does it; a part of them with `range`. */
export const download = async (
  message: WAMessage,
  ca: string,
  range: Pick<DownloadOptions, 'startByte' | 'endByte'> = {},
): Promise<Buffer> => downloadMediaMessage(message, 'buffer', { options: trusting(ca).options, ...range });

/**
 * Has the phone upload the file of a message again. rc14 names the media host of its last connection to one in the
 * answer, and mmg.whatsapp.net if there was none (messages-send.js, `mediaHost`): hence it is asked for first.
 */
export const uploadedAgain = async (
  sock: Pick<WASocket, 'refreshMediaConn' | 'updateMediaMessage'>,
  message: WAMessage,
): Promise<WAMessage> => {
  await sock.refreshMediaConn();
  return sock.updateMediaMessage(message);
};

/** A JPEG of one colour. */
export const makeJpeg = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: { r: 20, g: 120, b: 220 } } })
    .jpeg()
    .toBuffer();

/**
 * Leads every download to the media host of a sandbox, whatever host it names: rc14 looks for histories and snapshots at
 * mmg.whatsapp.net, and this way nothing leaves the machine.
 */
export const ledTo = (sandbox: Sandbox): Required<Pick<SocketConfig, 'options'>> => {
  const media = new URL(`https://${sandbox.world.state.media.host}`);
  const dispatcher = new Agent({
    connect: (_options, done) => {
      const socket = connectTls({
        host: media.hostname,
        port: Number(media.port),
        servername: 'localhost',
        ca: sandbox.ca,
      });
      socket.once('secureConnect', () => done(null, socket));
      socket.once('error', (error) => done(error, null));
    },
  });
  const options: object = { dispatcher };
  return { options: options as NonNullable<SocketConfig['options']> };
};
