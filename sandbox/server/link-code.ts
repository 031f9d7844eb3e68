import { makeKeyPair } from '../protocol/curve.ts';
import { SERVER_JID } from '../protocol/jid.ts';
import { finishLink, type LinkSecrets, unwrapKey, wrapKey } from '../protocol/link-code.ts';
import { type BinaryNode, child, childBytes, node } from '../protocol/node.ts';
import type { Connection } from './connection.ts';
import type { IqError } from './iq/types.ts';
import { notification } from './notification.ts';
import type { PairingOffer } from './pairing.ts';
import type { Phone } from './state.ts';
import { changed, resolve, type World } from './world.ts';

/** A client that shows a code and waits for a phone to enter it. */
export interface CodeOffer {
  readonly offer: PairingOffer;
  readonly ref: Buffer;
  /** The client's ephemeral key, wrapped with the code. */
  readonly wrapped: Buffer;
  /** Set while a phone waits for the client's answer. */
  onFinish: ((bundle: Buffer, identity: Buffer) => void) | undefined;
}

const BAD_REQUEST: IqError = { code: 400, text: 'bad-request' };

const hello = (world: World, offer: PairingOffer, stage: BinaryNode): BinaryNode[] | IqError => {
  const wrapped = childBytes(stage, 'link_code_pairing_wrapped_companion_ephemeral_pub');
  const phone = resolve(world, stage.attrs.jid)?.phone;
  if (wrapped === undefined) return BAD_REQUEST;
  if (phone === undefined) return { code: 404, text: 'item-not-found' };
  const ref = world.random(24);
  world.codes.set(phone.number, { offer, ref, wrapped: Buffer.from(wrapped), onFinish: undefined });
  changed(world);
  const answer = node('link_code_pairing_ref', {}, ref);
  return [node('link_code_companion_reg', { stage: 'companion_hello' }, [answer])];
};

const finish = (world: World, connection: Connection, stage: BinaryNode): BinaryNode[] | IqError => {
  const bundle = childBytes(stage, 'link_code_pairing_wrapped_key_bundle');
  const identity = childBytes(stage, 'companion_identity_public');
  const waiting = [...world.codes.values()].find(({ offer }) => offer.connection === connection);
  if (bundle === undefined || identity === undefined || waiting?.onFinish === undefined) return BAD_REQUEST;
  const { onFinish } = waiting;
  // answered first: linking goes on with a query of its own
  queueMicrotask(() => onFinish(Buffer.from(bundle), Buffer.from(identity)));
  return [];
};

/** What an unpaired client asks while it is being linked by a code; undefined for anything else. */
export const askLinkCode = (
  world: World,
  offer: PairingOffer,
  iq: BinaryNode,
): BinaryNode[] | IqError | undefined => {
  const stage = child(iq, 'link_code_companion_reg');
  switch (stage?.attrs.stage) {
    case 'companion_hello':
      return hello(world, offer, stage);
    case 'companion_finish':
      return finish(world, offer.connection, stage);
    default:
      return undefined;
  }
};

/** Forgets the codes a connection shows. */
export const endLinkCode = (world: World, connection: Connection): void => {
  for (const [number, code] of world.codes)
    if (code.offer.connection === connection) world.codes.delete(number);
};

const primaryHello = (world: World, wrapped: Buffer, identity: Buffer, ref: Buffer): BinaryNode =>
  notification(
    world,
    { from: SERVER_JID, type: 'link_code_companion_reg' },
    node('link_code_companion_reg', { stage: 'primary_hello' }, [
      node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, wrapped),
      node('primary_identity_pub', {}, identity),
      node('link_code_pairing_ref', {}, ref),
    ]),
  );

/** Waits for the client's answer to the phone's hello; rejects when the client goes away or the code was wrong. */
const awaitFinish = (waiting: CodeOffer, secrets: LinkSecrets): Promise<Buffer> =>
  new Promise((done, failed) => {
    waiting.offer.connection.onGone = () => failed(new Error('the client closed while it was being linked'));
    waiting.onFinish = (bundle, identity) => {
      try {
        if (!identity.equals(waiting.offer.identity)) throw new Error('another client answered');
        done(finishLink(secrets, identity, bundle));
      } catch (error) {
        failed(new Error('the code is not the one the client shows', { cause: error }));
      }
    };
  });

/**
 * Enters an 8-digit code on a phone: exchanges keys that only who knows the code can read. Resolves with the client and
 * the secret shared with it; rejects when no client waits for this phone or the code is wrong.
 */
export const exchangeCode = async (
  world: World,
  phone: Phone,
  code: string,
): Promise<{ readonly offer: PairingOffer; readonly secret: Buffer }> => {
  const waiting = world.codes.get(phone.number);
  if (waiting === undefined) throw new Error('no client waits for a code on this phone');
  const ephemeral = makeKeyPair(world.random);
  const { identity } = phone.signal;
  const companionKey = unwrapKey(code, waiting.wrapped);
  const answered = awaitFinish(waiting, { identity, ephemeral, companionKey });
  const wrapped = wrapKey(code, ephemeral.public, world.random);
  waiting.offer.connection.send(primaryHello(world, wrapped, identity.public, waiting.ref));
  try {
    const secret = await answered;
    world.codes.delete(phone.number);
    return { offer: waiting.offer, secret };
  } finally {
    waiting.onFinish = undefined;
  }
};
