import { SERVER } from '../protocol/jid.ts';
import { type BinaryNode, child, children, node } from '../protocol/node.ts';
import { deliver } from './delivery.ts';
import { isFanOut, mayWrite, routeToChat } from './fan-out.ts';
import { isNewsletter, mayPost, routeToNewsletter } from './newsletters.ts';
import type { Phone } from './state.ts';
import { tampered } from './tamper.ts';
import { namesHeld, refusal, strikes, throttled } from './trouble.ts';
import {
  addressOf,
  type DeviceRef,
  deviceKey,
  domainOf,
  otherDomain,
  resolve,
  seconds,
  unlessHeld,
  type World,
} from './world.ts';

/** One copy of a message on its way to one device. */
interface Copy {
  readonly target: DeviceRef;
  readonly enc: BinaryNode;
}

/** Takes one apart that goes to many devices (`participants`) or to one (a retry, a message among own devices). */
const copiesOf = (world: World, stanza: BinaryNode): Copy[] => {
  const copies = children(child(stanza, 'participants'), 'to').map((to) => ({
    jid: to.attrs.jid,
    enc: child(to, 'enc') ?? child(to, 'unavailable'),
  }));
  const direct = child(stanza, 'enc');
  if (direct !== undefined) copies.push({ jid: stanza.attrs.to, enc: direct });
  return copies.flatMap(({ jid, enc }) => {
    const target = resolve(world, jid);
    return target === undefined || enc === undefined ? [] : [{ target, enc }];
  });
};

/** Both names of the other side, as the receiver of a copy is told them (decode-wa-message.js). */
const alternateNames = (world: World, sender: DeviceRef, target: DeviceRef, to: string) => {
  const domain = domainOf(to);
  const suffix = domain === 'lid' ? 'pn' : 'lid';
  const other = (name: string, { phone }: DeviceRef) =>
    namesHeld(target) ? {} : { [`${name}_${suffix}`]: addressOf({ phone, device: 0 }, otherDomain(domain)) };
  if (sender.phone !== target.phone) return other('sender', sender);
  const recipient = resolve(world, to);
  if (recipient === undefined || recipient.phone === sender.phone) return {};
  return {
    recipient: addressOf({ ...recipient, device: 0 }, domain),
    ...other('peer_recipient', recipient),
  };
};

const copyFor = (world: World, sender: DeviceRef, stanza: BinaryNode, copy: Copy): BinaryNode => {
  const { attrs } = stanza;
  // a retry to one of the own devices names the chat in `recipient`
  const to = attrs.recipient ?? attrs.to ?? SERVER;
  const identity = child(stanza, 'device-identity');
  return node(
    'message',
    {
      from: addressOf(sender, domainOf(to)),
      id: attrs.id,
      t: attrs.t ?? seconds(world),
      type: attrs.type,
      category: attrs.category,
      edit: attrs.edit,
      notify: sender.phone.name,
      ...alternateNames(world, sender, copy.target, to),
    },
    [tampered(sender, copy.target, copy.enc), ...(identity === undefined ? [] : [identity])],
  );
};

const acknowledge = (world: World, sender: DeviceRef, stanza: BinaryNode, error: number | undefined) => {
  const { id, to, participant } = stanza.attrs;
  const attrs = { class: 'message', id, from: to, participant, t: seconds(world) };
  const ack = node('ack', { ...attrs, error: error?.toString() });
  unlessHeld(world, sender.phone.trouble.acks, () => world.connections.get(deviceKey(sender))?.send(ack));
};

const isAllowed = (world: World, phone: Phone, stanza: BinaryNode) =>
  mayWrite(world, phone, stanza.attrs) && mayPost(world, phone, stanza);

/** Takes a message from a companion: acked and passed on, unless trouble has it lost or rejected. */
export const acceptMessage = (world: World, sender: DeviceRef, stanza: BinaryNode): void => {
  const { trouble } = sender.phone;
  if (strikes(trouble, 'loseMessages')) return;
  const refused = refusal(trouble.reject) ?? throttled(trouble, world.now());
  const error = refused ?? (isAllowed(world, sender.phone, stanza) ? undefined : 403);
  acknowledge(world, sender, stanza, error);
  if (error === undefined) routeMessage(world, sender, stanza);
};

/** Gives each device a message was encrypted for its copy. */
export const routeMessage = (world: World, sender: DeviceRef, stanza: BinaryNode): void => {
  if (isNewsletter(stanza.attrs.to)) {
    routeToNewsletter(world, stanza);
    return;
  }
  if (isFanOut(stanza.attrs.to)) {
    routeToChat(world, sender, stanza);
    return;
  }
  for (const copy of copiesOf(world, stanza)) {
    // who is blocked is not told so
    if (copy.target.phone.privacy.blocked.has(sender.phone.number)) continue;
    deliver(world, copy.target, copyFor(world, sender, stanza, copy));
  }
};
