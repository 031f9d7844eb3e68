import type { WebSocket } from 'ws';
import { frame, makeFrameReader } from '../protocol/frames.ts';
import { type BinaryNode, decode, encode } from '../protocol/node.ts';
import { makeHandshake, type Transport } from '../protocol/noise.ts';
import { noteFrame } from './frame-log.ts';
import { beginLogin } from './login.ts';
import { beginPairing, endPairing } from './pairing.ts';
import { withPresence } from './presence.ts';
import { changed, type DeviceRef, deviceKey, later, type World } from './world.ts';

/** A client that has shaken hands. */
export interface Connection {
  /** Encrypts and sends; does nothing once closed. */
  readonly send: (stanza: BinaryNode) => void;
  /** Sends what is pending, then closes. */
  readonly close: () => void;
  /** Cuts the wire. */
  readonly drop: () => void;
  /** Neither reads nor writes for so many milliseconds, then catches up. */
  readonly stall: (ms: number) => void;
  /** Who it is; undefined while unpaired. */
  device: DeviceRef | undefined;
  /** Whether new stanzas are pushed: after login, once the backlog is out. */
  live: boolean;
  /** Whether it says that its person is there. */
  available: boolean;
  /** People it is told about: number to the jid it asked by. */
  readonly watching: Map<string, string>;
  onStanza: (stanza: BinaryNode) => void;
  /** Called once when the socket has closed. */
  onGone: () => void;
}

type Receiver = (data: Buffer) => void;

const stallable = (world: World, write: (stanza: BinaryNode) => void, read: Receiver) => {
  let held: { readonly incoming: Buffer[]; readonly outgoing: BinaryNode[] } | undefined;
  const release = () => {
    const caught = held;
    held = undefined;
    for (const data of caught?.incoming ?? []) read(data);
    for (const stanza of caught?.outgoing ?? []) write(stanza);
  };
  return {
    send: (stanza: BinaryNode) => (held === undefined ? write(stanza) : held.outgoing.push(stanza)),
    read: (data: Buffer) => (held === undefined ? read(data) : held.incoming.push(data)),
    stall: (ms: number) => {
      held ??= { incoming: [], outgoing: [] };
      later(world, ms, release);
    },
  };
};

const openConnection = (world: World, socket: WebSocket, transport: Transport) => {
  const name = () => (connection.device === undefined ? 'unpaired' : deviceKey(connection.device));
  const see = (direction: 'in' | 'out', stanza: BinaryNode) => {
    noteFrame(world.frameLog, stanza, { at: world.now(), direction, device: name() });
    world.trace(direction, name(), stanza);
    world.changes.emit('frame');
  };
  const write = (stanza: BinaryNode) => {
    if (socket.readyState !== socket.OPEN) return;
    see('out', stanza);
    socket.send(frame(transport.encrypt(encode(stanza))));
  };
  const read = (data: Buffer) => {
    const stanza = decode(transport.decrypt(data));
    see('in', stanza);
    connection.onStanza(stanza);
    // whatever it was, it may have changed something that is to be kept
    changed(world);
  };
  const wire = stallable(world, write, read);
  const connection: Connection = {
    send: wire.send,
    close: () => socket.close(),
    drop: () => socket.terminate(),
    stall: wire.stall,
    device: undefined,
    live: false,
    available: false,
    watching: new Map(),
    onStanza: () => undefined,
    onGone: () => undefined,
  };
  return { connection, read: wire.read };
};

const forget = (world: World, connection: Connection) => {
  endPairing(world, connection);
  const { device } = connection;
  if (device !== undefined && world.connections.get(deviceKey(device)) === connection) {
    withPresence(world, device.phone, () => world.connections.delete(deviceKey(device)));
  }
  connection.live = false;
  connection.onGone();
  changed(world);
};

/** Serves one WebSocket: Noise handshake, then pairing or login as its client payload asks. */
export const acceptSocket = (world: World, socket: WebSocket): void => {
  const frames = makeFrameReader();
  const handshake = makeHandshake(world.state.identity, world.random);

  const onOpen = (data: Buffer) => {
    const client = handshake.finish(data);
    const { connection, read } = openConnection(world, socket, client.transport);
    socket.on('close', () => forget(world, connection));
    receiver = read;
    if (client.payload.devicePairingData) beginPairing(world, connection, client);
    else beginLogin(world, connection, client);
  };
  const onHello = (data: Buffer) => {
    socket.send(frame(handshake.hello(data)));
    receiver = onOpen;
  };
  let receiver: Receiver = onHello;

  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => {
    try {
      for (const part of frames(data instanceof Buffer ? data : Buffer.alloc(0))) receiver(part);
    } catch (error) {
      // a client whose frames cannot be read is cut off, as the real server does
      world.onError(error);
      socket.terminate();
    }
  });
};
