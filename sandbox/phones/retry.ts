import { type BinaryNode, child, childBytes, childUint, node, uint } from '../protocol/node.ts';
import { isFanOut } from '../server/fan-out.ts';
import { bundleNodes } from '../server/iq/encrypt.ts';
import { routeMessage } from '../server/messages.ts';
import { routeReceipt } from '../server/receipts.ts';
import type { Phone, SentMessage } from '../server/state.ts';
import { addressOf, type DeviceRef, resolve, seconds, type World } from '../server/world.ts';
import { takeBundle } from '../signal/records.ts';
import type { Bundle } from '../signal/session.ts';
import { deviceSent } from './content.ts';
import { encryptTo, openTo } from './encrypt.ts';
import { groupRetry } from './group-send.ts';

/** A phone gives up on a message after so many tries. */
const MAX_RETRIES = 5;

/** Asks the sender for a message that could not be decrypted; from the second time on with keys of its own. */
export const askAgain = (world: World, phone: Phone, stanza: BinaryNode): void => {
  const { id, from, participant, t, recipient } = stanza.attrs;
  const key = `${participant ?? from}/${id}`;
  const count = (phone.retries.get(key) ?? 0) + 1;
  if (count > MAX_RETRIES) return;
  phone.retries.set(key, count);
  const keys = count < 2 ? [] : [node('keys', {}, bundleNodes(takeBundle(phone.signal, world.random)))];
  routeReceipt(
    world,
    { phone, device: 0 },
    node('receipt', { id, to: from, participant, type: 'retry', recipient, t: seconds(world) }, [
      node('retry', { count: String(count), id, t, v: '1' }),
      node('registration', {}, uint(phone.signal.registrationId, 4)),
      ...keys,
    ]),
  );
};

/** The keys a retry receipt brings; undefined without (all of) them. */
const bundleIn = (receipt: BinaryNode): Bundle | undefined => {
  const keys = child(receipt, 'keys');
  const skey = child(keys, 'skey');
  const key = child(keys, 'key');
  const identity = childBytes(keys, 'identity');
  const signedId = childUint(skey, 'id');
  const signedPublic = childBytes(skey, 'value');
  const signature = childBytes(skey, 'signature');
  const id = childUint(key, 'id');
  const value = childBytes(key, 'value');
  const registrationId = childUint(receipt, 'registration') ?? 0;
  if (!identity || signedId === undefined || !signedPublic || !signature) return undefined;
  return {
    registrationId,
    identity: Buffer.from(identity),
    signedPreKey: { id: signedId, public: Buffer.from(signedPublic), signature: Buffer.from(signature) },
    preKey: id === undefined || value === undefined ? undefined : { id, public: Buffer.from(value) },
  };
};

/** What a message is to one of the devices: what was said, a copy for an own device, or a word among own devices. */
const shapeFor = (world: World, phone: Phone, message: SentMessage, target: DeviceRef) => {
  if (isFanOut(message.to)) return groupRetry(phone, message, target);
  const to = world.state.phones.get(message.to);
  if (to === undefined) throw new Error(`nobody has the number ${message.to}`);
  if (target.phone !== phone) return { content: message.content };
  if (to === phone) return { content: message.content, category: 'peer' };
  const chat = addressOf({ phone: to, device: 0 }, message.domain);
  return { content: deviceSent(chat, message.content), recipient: chat };
};

/** Answers a retry receipt: the same message under the same id, in a new session, to that device alone. */
export const sendAgain = (world: World, phone: Phone, receipt: BinaryNode): void => {
  const message = phone.sent.get(receipt.attrs.id ?? '');
  const target = resolve(world, receipt.attrs.participant ?? receipt.attrs.from);
  const count = Number(child(receipt, 'retry')?.attrs.count ?? 1);
  if (message === undefined || target === undefined || count > MAX_RETRIES) return;
  if (!openTo(world, phone, target, bundleIn(receipt))) return;
  const { content, ...shape } = shapeFor(world, phone, message, target);
  const enc = encryptTo(world, phone, target, { content, count });
  if (enc === undefined) return;
  const attrs = { id: message.id, to: addressOf(target, message.domain), ...message.attrs, ...shape };
  routeMessage(world, { phone, device: 0 }, node('message', attrs, [enc]));
};
