import { type BinaryNode, bytes } from '../protocol/node.ts';
import { strikes } from './trouble.ts';
import type { DeviceRef } from './world.ts';

/** Flips a bit of the ciphertext, far enough from its end to fail the MAC (of sender keys: the signature) only. */
const damage = (enc: BinaryNode): BinaryNode => {
  const content = Buffer.from(bytes(enc) ?? Buffer.alloc(0));
  const at = content.length - 12;
  if (at >= 0) content.writeUInt8(content.readUInt8(at) ^ 1, at);
  return { ...enc, content };
};

/** A ciphertext as it reaches `target`: damaged if trouble has it so. */
export const tampered = (sender: DeviceRef, target: DeviceRef, enc: BinaryNode): BinaryNode => {
  const incoming = target.device !== 0 && strikes(target.phone.trouble, 'tamperIn');
  const leaves = sender.device !== 0 && sender.phone !== target.phone;
  const outgoing = leaves && strikes(sender.phone.trouble, 'tamperOut');
  return incoming || outgoing ? damage(enc) : enc;
};
