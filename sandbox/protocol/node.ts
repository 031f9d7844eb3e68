import {
  type BinaryNode as BaileysNode,
  decodeDecompressedBinaryNode,
  encodeBinaryNode,
} from '@whiskeysockets/baileys';
import * as tokens from '@whiskeysockets/baileys/lib/WABinary/constants.js';

// a text is looked up there, and `constructor` would be found in any object
Object.setPrototypeOf(tokens.TOKEN_MAP, null);

type Attrs = Record<string, string | undefined>;

/** A stanza or a part of one: Baileys' type, but honest about attributes that may be missing. */
export interface BinaryNode {
  readonly tag: string;
  readonly attrs: Attrs;
  readonly content?: BinaryNode[] | string | Uint8Array | undefined;
}

/** A stanza; attributes that are undefined are left out. */
export const node = (tag: string, attrs: Attrs = {}, content?: BinaryNode['content']): BinaryNode => {
  const kept: Attrs = {};
  for (const [key, value] of Object.entries(attrs)) if (value !== undefined) kept[key] = value;
  return content === undefined ? { tag, attrs: kept } : { tag, attrs: kept, content };
};

/** All children, or those with a tag. */
export const children = (parent: BinaryNode | undefined, tag?: string): BinaryNode[] => {
  if (!Array.isArray(parent?.content)) return [];
  return tag === undefined ? parent.content : parent.content.filter((child) => child.tag === tag);
};

/** The first child with this tag. */
export const child = (parent: BinaryNode | undefined, tag: string): BinaryNode | undefined =>
  Array.isArray(parent?.content) ? parent.content.find((candidate) => candidate.tag === tag) : undefined;

/** The bytes a node carries, undefined when it carries none. */
export const bytes = (carrier: BinaryNode | undefined): Buffer | undefined => {
  const content = carrier?.content;
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array
    ? Buffer.from(content.buffer, content.byteOffset, content.length)
    : undefined;
};

/** The bytes of the first child with this tag. */
export const childBytes = (parent: BinaryNode | undefined, tag: string): Buffer | undefined =>
  bytes(child(parent, tag));

/** A big-endian unsigned number in the first child with this tag. */
export const childUint = (parent: BinaryNode | undefined, tag: string): number | undefined => {
  const content = childBytes(parent, tag);
  return content === undefined || content.length === 0 ? undefined : content.readUIntBE(0, content.length);
};

/** `value` as `size` big-endian bytes. */
export const uint = (value: number, size: number): Buffer => {
  const out = Buffer.alloc(size);
  out.writeUIntBE(value, 0, size);
  return out;
};

// the encoder skips attributes that are undefined, its type does not say so
export const encode = (stanza: BinaryNode): Buffer => encodeBinaryNode(stanza as BaileysNode);

/** Decodes an uncompressed stanza (rc14 never compresses). Throws on a compressed or broken one. */
export const decode = (data: Buffer): BinaryNode => {
  if ((data.readUInt8(0) & 2) !== 0) throw new Error('compressed stanza');
  return decodeDecompressedBinaryNode(data.subarray(1), tokens);
};
