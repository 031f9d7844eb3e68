import { proto } from '@whiskeysockets/baileys';
import { makeDeviceIdentity } from '../protocol/adv.ts';
import { formatJid, SERVER, SERVER_JID } from '../protocol/jid.ts';
import { child, childBytes, node } from '../protocol/node.ts';
import type { ClientHello } from '../protocol/noise.ts';
import { parseQr } from '../protocol/qr.ts';
import type { Connection } from './connection.ts';
import { announceDevice } from './devices.ts';
import { handleIq } from './iq/index.ts';
import { askLinkCode, endLinkCode, exchangeCode } from './link-code.ts';
import { makeMailbox } from './mailbox.ts';
import type { Companion, Phone } from './state.ts';
import { changed, seconds, type World } from './world.ts';

const REFS = 6;

/** An unpaired client waiting for its QR code to be scanned. */
export interface PairingOffer {
  readonly connection: Connection;
  readonly noiseKey: Buffer;
  readonly identity: Buffer;
  readonly registrationId: number;
  readonly signedPreKey: Companion['signedPreKey'];
  readonly platform: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The QR string, once somebody has handed it in: the server itself knows all of it but the secret. */
  shown: { readonly qr: string; readonly name: string | undefined } | undefined;
}

const required = (value: Uint8Array | null | undefined, what: string) => {
  if (!value?.length) throw new Error(`registration without ${what}`);
  return Buffer.from(value);
};
const number = (value: Buffer) => value.readUIntBE(0, value.length);

const readOffer = (world: World, connection: Connection, client: ClientHello): PairingOffer => {
  const { payload, staticKey } = client;
  const data = payload.devicePairingData;
  const props = proto.DeviceProps.decode(data?.deviceProps ?? Buffer.alloc(0));
  return {
    connection,
    noiseKey: Buffer.from(staticKey),
    identity: required(data?.eIdent, 'identity key'),
    registrationId: number(required(data?.eRegid, 'registration id')),
    signedPreKey: {
      id: number(required(data?.eSkeyId, 'signed prekey id')),
      public: required(data?.eSkeyVal, 'signed prekey'),
      signature: required(data?.eSkeySig, 'signature'),
    },
    platform: props.os ?? '',
    since: world.now(),
    shown: undefined,
  };
};

/** Offers QR refs to an unpaired client (socket.js, CB:iq,type:set,pair-device). */
export const beginPairing = (world: World, connection: Connection, client: ClientHello): void => {
  const offer = readOffer(world, connection, client);
  const refs = Array.from({ length: REFS }, () => `2@${world.random(48).toString('base64')}`);
  for (const ref of refs) world.offers.set(ref, offer);
  connection.onStanza = (stanza) => {
    if (stanza.tag === 'iq') handleIq(world, connection, stanza, (iq) => askLinkCode(world, offer, iq));
  };
  connection.send(
    node('iq', { from: SERVER_JID, type: 'set', id: world.random(4).toString('hex'), xmlns: 'md' }, [
      node(
        'pair-device',
        {},
        refs.map((ref) => node('ref', {}, Buffer.from(ref))),
      ),
    ]),
  );
  changed(world);
};

/** Takes back the refs and codes of a connection. */
export const endPairing = (world: World, connection: Connection): void => {
  endLinkCode(world, connection);
  for (const [ref, offer] of world.offers) if (offer.connection === connection) world.offers.delete(ref);
};

const linkCompanion = (world: World, phone: Phone, offer: PairingOffer, device: number) => {
  phone.companions.set(device, {
    device,
    noiseKey: offer.noiseKey,
    identity: offer.identity,
    registrationId: offer.registrationId,
    signedPreKey: offer.signedPreKey,
    preKeys: new Map(),
    platform: offer.platform,
    mailbox: makeMailbox(),
    receipts: [],
    greeted: false,
    watches: new Set(),
  });
  announceDevice(world, { phone, device }, 'add');
  changed(world);
};

const readQr = (world: World, qr: string): { readonly offer: PairingOffer; readonly secret: Buffer } => {
  const code = parseQr(qr);
  const offer = world.offers.get(code.ref);
  if (offer === undefined) throw new Error('no client offers this QR code (any more)');
  if (!code.noiseKey.equals(offer.noiseKey) || !code.identity.equals(offer.identity)) {
    throw new Error('the QR code is not of the client that was given its ref');
  }
  return { offer, secret: code.secret };
};

/** Keeps the QR string a client shows, so that a person can pick that client. Throws as `scanQr` does. */
export const handInQr = (world: World, qr: string, name: string | undefined): void => {
  readQr(world, qr).offer.shown = { qr, name };
  changed(world);
};

/**
 * Scans a QR string with a phone and links the client that shows it. Resolves with the new device number once linked; rejects when nobody offers that code or the client
 * goes away. The secret in the code never passes the server on the real network; here phone and server are one.
 */
export const scanQr = async (world: World, phone: Phone, qr: string): Promise<number> => {
  const { offer, secret } = readQr(world, qr);
  return linkClient(world, phone, offer, secret);
};

/** Enters the code a client shows (`requestPairingCode`) on a phone, and links the client; fails as `scanQr` does. */
export const enterCode = async (world: World, phone: Phone, code: string): Promise<number> => {
  const { offer, secret } = await exchangeCode(world, phone, code);
  return linkClient(world, phone, offer, secret);
};

/** Links a client that has shown to know the secret: pair-success, the client's signature, stream error 515. */
const linkClient = async (
  world: World,
  phone: Phone,
  offer: PairingOffer,
  secret: Buffer,
): Promise<number> => {
  const { connection } = offer;
  endPairing(world, connection);
  const device = phone.nextDevice++;
  const identity = makeDeviceIdentity(phone.signal.identity, {
    companion: offer.identity,
    secret,
    keyIndex: device,
    timestamp: Number(seconds(world)),
  });
  const id = world.random(4).toString('hex');
  connection.send(
    node('iq', { from: SERVER_JID, type: 'set', id, t: seconds(world) }, [
      node('pair-success', {}, [
        node('device-identity', {}, identity.signed),
        node('device', {
          jid: formatJid(phone.number, SERVER, device),
          lid: formatJid(phone.lid, 'lid', device),
        }),
        node('platform', { name: 'android' }),
      ]),
    ]),
  );
  await new Promise<void>((done, failed) => {
    const previous = connection.onStanza;
    connection.onStanza = (stanza) => {
      if (stanza.tag !== 'iq' || stanza.attrs.id !== id) return previous(stanza);
      const signature = childBytes(child(stanza, 'pair-device-sign'), 'device-identity');
      if (signature === undefined || !identity.isSignedBy(signature)) {
        return failed(new Error('the client did not sign its device identity'));
      }
      done();
    };
    connection.onGone = () => failed(new Error('the client closed while it was being linked'));
  });
  linkCompanion(world, phone, offer, device);
  connection.send(node('stream:error', { code: '515' }));
  connection.close();
  return device;
};
