import { createHmac, hkdfSync } from 'node:crypto';
import { proto } from '@whiskeysockets/baileys';

/** An app-state key as phones share it with their companions. */
export interface SyncKey {
  readonly id: Buffer;
  readonly data: Buffer;
}

/** Bytes of the MAC at the end of a value. */
export const MAC = 32;
export const { SET, REMOVE } = proto.SyncdMutation.SyncdOperation;

const expand = (key: Uint8Array, length: number, info: string) =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), info, length));

/** The five keys of an app-state key (chat-utils.js, mutationKeys). */
export const keysOf = ({ data }: SyncKey) => {
  const material = expand(data, 160, 'WhatsApp Mutation Keys');
  const part = (at: number) => material.subarray(at * 32, at * 32 + 32);
  return { index: part(0), cipher: part(1), value: part(2), snapshot: part(3), patch: part(4) };
};

/** LT-hash: adds (or subtracts) what a MAC stands for, 64 numbers of 16 bits each. */
export const mix = (hash: Buffer, mac: Buffer, sign: 1 | -1): Buffer => {
  const summand = expand(mac, 128, 'WhatsApp Patch Integrity');
  const out = Buffer.alloc(128);
  for (let at = 0; at < 128; at += 2) {
    out.writeUInt16LE((hash.readUInt16LE(at) + sign * summand.readUInt16LE(at)) & 0xffff, at);
  }
  return out;
};

export const hmac = (
  algorithm: 'sha256' | 'sha512',
  key: Buffer,
  ...parts: readonly Uint8Array[]
): Buffer => {
  const mac = createHmac(algorithm, key);
  for (const part of parts) mac.update(part);
  return mac.digest();
};

const uint64 = (value: number): Buffer => {
  const out = Buffer.alloc(8);
  out.writeUInt32BE(value, 4);
  return out;
};

export const valueMac = (operation: number, data: Buffer, keyId: Buffer, key: Buffer): Buffer => {
  const head = Buffer.concat([Buffer.from([operation === SET ? 1 : 2]), keyId]);
  return hmac('sha512', key, head, data, uint64(head.length)).subarray(0, MAC);
};

/** The MAC over a whole collection at one version. */
export const snapshotMac = (hash: Buffer, version: number, name: string, key: Buffer) =>
  hmac('sha256', key, hash, uint64(version), Buffer.from(name));

export const patchMac = (
  snapshot: Uint8Array,
  macs: readonly Buffer[],
  at: { version: number; name: string },
  key: Buffer,
) => hmac('sha256', key, snapshot, ...macs, uint64(at.version), Buffer.from(at.name));
