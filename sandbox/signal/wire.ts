import { withoutPrefix, withPrefix } from '../protocol/curve.ts';

/** Fields of a protobuf message: numbers for varints, buffers for length-delimited ones. */
type Fields = Map<number, number | Buffer>;

const varint = (value: number): number[] => {
  const out: number[] = [];
  let rest = value;
  while (rest > 127) {
    out.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...out, rest];
};

const encodeFields = (fields: readonly (readonly [number, number | Buffer | undefined])[]): Buffer =>
  Buffer.concat(
    fields.flatMap(([id, value]) => {
      if (value === undefined) return [];
      if (typeof value === 'number') return [Buffer.from([id << 3, ...varint(value)])];
      return [Buffer.from([(id << 3) | 2, ...varint(value.length)]), value];
    }),
  );

const decodeFields = (data: Buffer): Fields => {
  const fields: Fields = new Map();
  let at = 0;
  const read = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = data.readUInt8(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < data.length) {
    const key = read();
    const value = read();
    if ((key & 7) === 0) fields.set(key >> 3, value);
    else {
      if ((key & 7) !== 2 || at + value > data.length) throw new Error('malformed protobuf');
      fields.set(key >> 3, data.subarray(at, at + value));
      at += value;
    }
  }
  return fields;
};

const number = (fields: Fields, id: number): number => {
  const value = fields.get(id);
  if (value === undefined) return 0;
  if (typeof value !== 'number') throw new Error(`field ${id} is no number`);
  return value;
};

const buffer = (fields: Fields, id: number): Buffer => {
  const value = fields.get(id);
  if (!(value instanceof Buffer)) throw new Error(`field ${id} is missing`);
  return value;
};

const VERSION = Buffer.from([0x33]);
const assertVersion = (data: Buffer) => {
  if (data.length === 0 || data.readUInt8(0) !== 0x33) throw new Error('unknown Signal version');
};

/** SignalMessage (`msg`): keys are raw 32 bytes here, prefixed on the wire. */
interface WhisperMessage {
  readonly ratchetKey: Buffer;
  readonly counter: number;
  readonly previousCounter: number;
  readonly ciphertext: Buffer;
}

/** Version byte and body; the 8-byte MAC goes behind it. */
export const encodeWhisper = (message: WhisperMessage): Buffer =>
  Buffer.concat([
    VERSION,
    encodeFields([
      [1, withPrefix(message.ratchetKey)],
      [2, message.counter],
      [3, message.previousCounter],
      [4, message.ciphertext],
    ]),
  ]);

/** Reads version byte, body and MAC. Throws on anything else. */
export const decodeWhisper = (data: Buffer) => {
  assertVersion(data);
  const signed = data.subarray(0, -8);
  const fields = decodeFields(signed.subarray(1));
  const message: WhisperMessage = {
    ratchetKey: withoutPrefix(buffer(fields, 1)),
    counter: number(fields, 2),
    previousCounter: number(fields, 3),
    ciphertext: buffer(fields, 4),
  };
  return { message, signed, mac: data.subarray(-8) };
};

/** PreKeySignalMessage (`pkmsg`): a `msg` and what its receiver needs to open the session. */
export interface PreKeyMessage {
  readonly registrationId: number;
  readonly preKeyId?: number | undefined;
  readonly signedPreKeyId: number;
  readonly baseKey: Buffer;
  readonly identity: Buffer;
  readonly message: Buffer;
}

export const encodePreKey = (message: PreKeyMessage): Buffer =>
  Buffer.concat([
    VERSION,
    encodeFields([
      [1, message.preKeyId],
      [2, withPrefix(message.baseKey)],
      [3, withPrefix(message.identity)],
      [4, message.message],
      [5, message.registrationId],
      [6, message.signedPreKeyId],
    ]),
  ]);

export const decodePreKey = (data: Buffer): PreKeyMessage => {
  assertVersion(data);
  const fields = decodeFields(data.subarray(1));
  return {
    registrationId: number(fields, 5),
    preKeyId: fields.has(1) ? number(fields, 1) : undefined,
    signedPreKeyId: number(fields, 6),
    baseKey: withoutPrefix(buffer(fields, 2)),
    identity: withoutPrefix(buffer(fields, 3)),
    message: buffer(fields, 4),
  };
};
