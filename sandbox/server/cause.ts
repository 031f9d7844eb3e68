import { redeliver } from './delivery.ts';
import { expireFiles } from './media-store.ts';
import { readdress } from './readdress.ts';
import { type Quota, tellQuota, tellRestriction } from './restriction.ts';
import type { Phone } from './state.ts';
import { streamError } from './streams.ts';
import { type Hold, noTrouble } from './trouble.ts';
import { deviceKey, devicesOf, type World } from './world.ts';

/** One thing to go wrong, as the control API names it. Times in milliseconds. */
type TroubleOrder =
  | { readonly kind: 'drop' }
  | { readonly kind: 'close'; readonly code: number }
  | { readonly kind: 'stall'; readonly ms: number }
  | { readonly kind: 'redeliver'; readonly ids?: readonly string[] | undefined }
  | { readonly kind: 'readdress'; readonly ids?: readonly string[] | undefined }
  | { readonly kind: 'acks' | 'receipts'; readonly hold: 'withhold' | 'none' | number }
  | {
      readonly kind: 'iqs';
      readonly hold: 'withhold' | 'none' | number;
      readonly xmlns?: string | undefined;
    }
  | { readonly kind: 'names'; readonly hold: 'withhold' | 'none' }
  | { readonly kind: 'throttle'; readonly perSecond: number; readonly code: number }
  | { readonly kind: keyof typeof COUNTERS; readonly count: number }
  | { readonly kind: keyof typeof REFUSALS; readonly code: number; readonly count: number }
  | { readonly kind: 'expire-media'; readonly code: number; readonly ids?: readonly string[] | undefined }
  | {
      readonly kind: 'restrict';
      readonly until: number | null;
      readonly reason: string;
      readonly told: boolean;
    }
  | ({ readonly kind: 'quota' } & Quota)
  | { readonly kind: 'none' };

const COUNTERS = {
  'lose-receipts': 'loseReceipts',
  'lose-messages': 'loseMessages',
  'tamper-in': 'tamperIn',
  'tamper-out': 'tamperOut',
  duplicate: 'duplicate',
  'cut-uploads': 'cutUploads',
  'hang-uploads': 'hangUploads',
  'redirect-uploads': 'redirectUploads',
  'hang-downloads': 'hangDownloads',
} as const;

const REFUSALS = {
  reject: 'reject',
  'refuse-login': 'refuse',
  'refuse-uploads': 'refuseUploads',
  'refuse-downloads': 'refuseDownloads',
} as const;

const holdOf = (hold: 'withhold' | 'none' | number): Hold => (hold === 'none' ? undefined : hold);

/** Where the files of the messages a phone shows lie on the media host. */
const pathsOf = (phone: Phone, ids: readonly string[] | undefined): string[] =>
  phone.messages.flatMap(({ id, media }) =>
    media !== undefined && ids?.includes(id) !== false ? [media.path] : [],
  );

const connectionsOf = (world: World, phone: Phone) =>
  devicesOf(phone).flatMap((device) => {
    const connection = world.connections.get(deviceKey(device));
    return connection === undefined ? [] : [{ device, connection }];
  });

/** What strikes the open connections at once; gives how many it struck (for `redeliver`: stanzas). */
const strikeNow = (world: World, phone: Phone, order: TroubleOrder): number => {
  let struck = 0;
  for (const { device, connection } of connectionsOf(world, phone)) {
    if (order.kind === 'drop') connection.drop();
    if (order.kind === 'stall') connection.stall(order.ms);
    if (order.kind === 'close') {
      connection.send(streamError(order.code));
      connection.close();
    }
    struck += order.kind === 'redeliver' ? redeliver(world, device, order.ids) : 1;
  }
  return struck;
};

/** Makes trouble for the companions of a phone; gives how many connections it struck (`redeliver`: stanzas, `expire-media`: files). */
export const causeTrouble = (world: World, phone: Phone, order: TroubleOrder): number => {
  const { trouble } = phone;
  switch (order.kind) {
    case 'acks':
    case 'receipts':
      trouble[order.kind] = holdOf(order.hold);
      return 0;
    case 'iqs':
      trouble.iqs = { hold: holdOf(order.hold), xmlns: order.xmlns };
      return 0;
    case 'names':
      trouble.names = order.hold === 'withhold' ? 'withhold' : undefined;
      return 0;
    case 'throttle':
      trouble.throttle = { perSecond: order.perSecond, code: order.code, second: 0, used: 0 };
      return 0;
    case 'restrict':
      trouble.restricted = order.until === null ? undefined : { until: order.until, reason: order.reason };
      if (order.told) tellRestriction(world, phone);
      return 0;
    case 'quota':
      tellQuota(world, phone, order);
      return 0;
    case 'readdress':
      return readdress(world, phone, order.ids);
    case 'lose-receipts':
    case 'lose-messages':
    case 'tamper-in':
    case 'tamper-out':
    case 'duplicate':
    case 'cut-uploads':
    case 'hang-uploads':
    case 'redirect-uploads':
    case 'hang-downloads':
      trouble[COUNTERS[order.kind]] = order.count;
      return 0;
    case 'reject':
    case 'refuse-login':
    case 'refuse-uploads':
    case 'refuse-downloads':
      trouble[REFUSALS[order.kind]] = { code: order.code, times: order.count };
      return 0;
    case 'expire-media':
      return expireFiles(world, order.code, pathsOf(phone, order.ids));
    case 'none':
      phone.trouble = noTrouble();
      return 0;
    default:
      return strikeNow(world, phone, order);
  }
};
