import { formatJid, parseJid, SERVER } from '../../protocol/jid.ts';
import { type BinaryNode, bytes, child, children, node } from '../../protocol/node.ts';
import { hides } from '../profile.ts';
import type { Phone } from '../state.ts';
import { companionOf, devicesOf, resolve, type World } from '../world.ts';
import type { IqHandler } from './types.ts';

/** The phone number in `contact`, as it was written. */
const askedNumber = (user: BinaryNode): string | undefined => bytes(child(user, 'contact'))?.toString();

/** The form of a number in which the server knows it. */
const canonical = ({ state }: World, digits: string): string => {
  if (state.phones.has(digits)) return digits;
  const phones = [...state.phones.values()];
  return phones.find(({ behaviour }) => behaviour.otherForms?.includes(digits))?.number ?? digits;
};

/** The jid a user is asked for by: given, or made from the phone number in `contact`. */
const askedJid = (world: World, user: BinaryNode): string | undefined => {
  if (user.attrs.jid !== undefined) return user.attrs.jid;
  const digits = askedNumber(user)?.replace(/\D/g, '');
  return digits ? formatJid(canonical(world, digits), SERVER) : undefined;
};

const deviceList = (world: World, phone: Phone | undefined): BinaryNode => {
  const devices = phone === undefined ? [] : devicesOf(phone);
  const nodes = devices.map(({ device }) =>
    node('device', { id: String(device), 'key-index': device === 0 ? undefined : String(device) }),
  );
  return node('devices', {}, [
    node('device-list', {}, nodes),
    node('key-index-list', { ts: String(Math.floor(world.now() / 1000)) }),
  ]);
};

interface Question {
  readonly world: World;
  readonly asking: Phone;
  /** As the person was asked for. */
  readonly jid: string;
  /** As it was written, where a phone number was asked for. */
  readonly number: string | undefined;
  /** The person, unless nobody has that name. */
  readonly phone: Phone | undefined;
}

const answers: Readonly<Record<string, (question: Question) => BinaryNode | undefined>> = {
  // the number as it was asked for: the jid may be of another form of it
  contact: ({ phone, number }) =>
    node(
      'contact',
      { type: phone === undefined ? 'out' : 'in' },
      number === undefined ? undefined : Buffer.from(number),
    ),
  devices: ({ world, phone }) => deviceList(world, phone),
  // rc14 takes the jid asked for as the phone number of this LID, so it is told only then
  lid: ({ jid, phone, asking }) =>
    phone === undefined || parseJid(jid)?.server === 'lid' || asking.trouble.names === 'withhold'
      ? undefined
      : node('lid', { val: formatJid(phone.lid, 'lid') }),
  status: ({ phone, asking }) => {
    if (phone === undefined) return undefined;
    if (hides(phone, 'status', asking)) return node('status', { code: '401' });
    const { text, at } = phone.about;
    return node('status', { t: String(Math.floor(at / 1000)) }, Buffer.from(text));
  },
  disappearing_mode: ({ phone }) => {
    const { seconds, at } = phone?.defaultTimer ?? { seconds: 0, at: 0 };
    return node('disappearing_mode', { duration: String(seconds), t: String(Math.floor(at / 1000)) });
  },
};

/** `usync`: for each person asked for, what each protocol of the query has to say. */
export const usync: IqHandler = ({ world, device }, iq) => {
  const query = child(iq, 'usync');
  const protocols = children(child(query, 'query')).map(({ tag }) => tag);
  const users = children(child(query, 'list'), 'user').flatMap((user) => {
    const jid = askedJid(world, user);
    if (jid === undefined) return [];
    const number = askedNumber(user);
    const phone = resolve(world, jid)?.phone;
    if (phone !== undefined && protocols.includes('devices')) {
      companionOf(device)?.watches.add(phone.number);
    }
    return [
      node(
        'user',
        { jid },
        protocols.flatMap(
          (protocol) => answers[protocol]?.({ world, asking: device.phone, jid, number, phone }) ?? [],
        ),
      ),
    ];
  });
  const { attrs } = query ?? node('usync');
  return [node('usync', { ...attrs }, [node('result', {}), node('list', {}, users)])];
};
