import { createHash } from 'node:crypto';
import { type BinaryNode, child, childBytes, children, childUint, node, uint } from '../../protocol/node.ts';
import type { Bundle } from '../../signal/session.ts';
import { fetchBundle } from '../bundles.ts';
import type { Companion } from '../state.ts';
import { companionOf, resolve, type World } from '../world.ts';
import type { IqError, IqHandler } from './types.ts';

const KEY_TYPE = Buffer.from([5]);
const MALFORMED: IqError = { code: 400, text: 'bad-request' };

const readSignedPreKey = (parent: BinaryNode | undefined): Companion['signedPreKey'] | undefined => {
  const skey = child(parent, 'skey');
  const id = childUint(skey, 'id');
  const value = childBytes(skey, 'value');
  const signature = childBytes(skey, 'signature');
  return id === undefined || value === undefined || signature === undefined
    ? undefined
    : { id, public: Buffer.from(value), signature: Buffer.from(signature) };
};

const upload = (companion: Companion, iq: BinaryNode): BinaryNode[] | IqError => {
  const signed = readSignedPreKey(iq);
  if (signed === undefined) return MALFORMED;
  companion.signedPreKey = signed;
  companion.registrationId = childUint(iq, 'registration') ?? companion.registrationId;
  for (const key of children(child(iq, 'list'), 'key')) {
    const id = childUint(key, 'id');
    const value = childBytes(key, 'value');
    if (id !== undefined && value !== undefined) companion.preKeys.set(id, Buffer.from(value));
  }
  return [];
};

const rotate = (companion: Companion, rotation: BinaryNode): BinaryNode[] | IqError => {
  const signed = readSignedPreKey(rotation);
  if (signed === undefined) return MALFORMED;
  companion.signedPreKey = signed;
  return [];
};

const digest = (companion: Companion): BinaryNode => {
  const hash = createHash('sha1').update(companion.identity).update(companion.signedPreKey.public);
  for (const key of companion.preKeys.values()) hash.update(key);
  return node('digest', {}, [
    node('registration', {}, uint(companion.registrationId, 4)),
    node('type', {}, KEY_TYPE),
    node('identity', {}, companion.identity),
    node(
      'list',
      {},
      [...companion.preKeys.keys()].map((id) => node('id', {}, uint(id, 3))),
    ),
    node('hash', {}, hash.digest()),
  ]);
};

const keyNode = (tag: 'key' | 'skey', key: { id: number; public: Buffer; signature?: Buffer }) =>
  node(tag, {}, [
    node('id', {}, uint(key.id, 3)),
    node('value', {}, key.public),
    ...(key.signature === undefined ? [] : [node('signature', {}, key.signature)]),
  ]);

/** A bundle as the stanzas of `encrypt` and of retry receipts carry it. */
export const bundleNodes = (bundle: Bundle): BinaryNode[] => [
  node('type', {}, KEY_TYPE),
  node('identity', {}, bundle.identity),
  keyNode('skey', bundle.signedPreKey),
  ...(bundle.preKey === undefined ? [] : [keyNode('key', bundle.preKey)]),
];

const bundleOf = (world: World, jid: string | undefined): BinaryNode => {
  const target = resolve(world, jid);
  const bundle = target && fetchBundle(world, target);
  if (bundle === undefined) {
    return node('user', { jid }, [node('error', { code: '404', text: 'item-not-found' })]);
  }
  const registration = node('registration', {}, uint(bundle.registrationId, 4));
  return node('user', { jid }, [registration, ...bundleNodes(bundle)]);
};

/** `encrypt`: a companion's own keys (upload, count, digest, rotation) and the bundles of others. */
export const encrypt: IqHandler = ({ world, device }, iq) => {
  const companion = companionOf(device);
  if (companion === undefined) return undefined;
  const wanted = child(iq, 'key');
  const rotation = child(iq, 'rotate');
  if (iq.attrs.type === 'set') {
    return rotation === undefined ? upload(companion, iq) : rotate(companion, rotation);
  }
  if (child(iq, 'count')) return [node('count', { value: String(companion.preKeys.size) })];
  if (child(iq, 'digest')) return [digest(companion)];
  if (wanted === undefined) return undefined;
  return [
    node(
      'list',
      {},
      children(wanted, 'user').map((user) => bundleOf(world, user.attrs.jid)),
    ),
  ];
};
