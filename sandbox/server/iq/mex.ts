import { z } from 'zod';
import { bytes, child, node } from '../../protocol/node.ts';
import { createNewsletter, findNewsletter, follow, type Newsletter, newsletterJid } from '../newsletters.ts';
import { describeRestriction } from '../restriction.ts';
import type { Phone } from '../state.ts';
import { changed, type World } from '../world.ts';
import type { IqHandler } from './types.ts';

const variables = z.object({
  newsletter_id: z.string().optional(),
  updates: z.object({ name: z.string().optional(), description: z.string().nullish() }).optional(),
  input: z
    .object({
      name: z.string().optional(),
      description: z.string().nullish(),
      key: z.string().optional(),
      type: z.string().optional(),
    })
    .optional(),
});
type Variables = z.infer<typeof variables>;

const roleOf = ({ owner, followers }: Newsletter, phone: Phone) => {
  if (owner === phone.number) return 'OWNER';
  return followers.has(phone.number) ? 'SUBSCRIBER' : 'GUEST';
};

/** All about a channel, as one of its readers is told (newsletter.js). */
const describe = (newsletter: Newsletter, phone: Phone) => {
  const created = String(Math.floor(newsletter.createdAt / 1000));
  return {
    id: newsletterJid(newsletter),
    state: { type: 'ACTIVE' },
    thread_metadata: {
      creation_time: created,
      name: { id: created, text: newsletter.name, update_time: created },
      description: { id: created, text: newsletter.description, update_time: created },
      invite: newsletter.invite,
      subscribers_count: String(newsletter.followers.size),
      verification: 'UNVERIFIED',
      picture: { id: '', direct_path: '' },
    },
    viewer_metadata: {
      mute: newsletter.muted.has(phone.number) ? 'ON' : 'OFF',
      role: roleOf(newsletter, phone),
    },
  };
};

type Query = (world: World, phone: Phone, asked: Variables) => Record<string, unknown> | undefined;

const onOne =
  (path: string, act: (newsletter: Newsletter, world: World, phone: Phone) => void): Query =>
  (world, phone, { newsletter_id: id }) => {
    const newsletter = findNewsletter(world, id);
    if (newsletter === undefined) return undefined;
    act(newsletter, world, phone);
    changed(world);
    return { [path]: { id, state: { type: 'ACTIVE' } } };
  };

const metadata: Query = (world, phone, { input }) => {
  const { key, type } = input ?? {};
  const found =
    type === 'INVITE'
      ? [...world.state.newsletters.values()].find(({ invite }) => invite === key)
      : findNewsletter(world, key);
  return found && { xwa2_newsletter: describe(found, phone) };
};

const create: Query = (world, phone, { input }) => {
  const made = createNewsletter(world, phone, {
    name: input?.name ?? '',
    description: input?.description ?? undefined,
  });
  return { xwa2_newsletter_create: describe(made, phone) };
};

const update: Query = (world, phone, { newsletter_id: id, updates }) => {
  const newsletter = findNewsletter(world, id);
  if (newsletter?.owner !== phone.number) return undefined;
  newsletter.name = updates?.name ?? newsletter.name;
  newsletter.description = updates?.description ?? newsletter.description;
  changed(world);
  return { xwa2_newsletter_update: describe(newsletter, phone) };
};

const subscribers: Query = (world, _phone, { newsletter_id: id }) => {
  const newsletter = findNewsletter(world, id);
  return newsletter && { xwa2_newsletter_subscribers: { subscribers: newsletter.followers.size } };
};

/** By the ids rc14 asks with (Types/Mex.js). */
const QUERIES: Readonly<Record<string, Query>> = {
  '6563316087068696': metadata,
  '8823471724422422': create,
  '24250201037901610': update,
  '9783111038412085': subscribers,
  '24404358912487870': onOne('xwa2_newsletter_join_v2', (newsletter, world, phone) =>
    follow(world, newsletter, phone, true),
  ),
  '9767147403369991': onOne('xwa2_newsletter_leave_v2', (newsletter, world, phone) =>
    follow(world, newsletter, phone, false),
  ),
  '29766401636284406': onOne('xwa2_newsletter_mute_v2', ({ muted }, _world, { number }) => {
    muted.add(number);
  }),
  '9864994326891137': onOne('xwa2_newsletter_unmute_v2', ({ muted }, _world, { number }) => {
    muted.delete(number);
  }),
  '7130823597031706': (world, _phone, { newsletter_id: id }) =>
    findNewsletter(world, id) && { xwa2_newsletter_admin: { admin_count: 1 } },
  '30062808666639665': onOne('xwa2_newsletter_delete_v2', ({ id }, world) => {
    world.state.newsletters.delete(id);
  }),
  '23983697327930364': (_world, phone) => ({
    xwa2_fetch_account_reachout_timelock: describeRestriction(phone),
  }),
  '24503548349331633': () => ({ xwa2_message_capping_info: { total_quota: -1, used_quota: 0 } }),
};

/** `w:mex`: queries in JSON; channels, and the restrictions of an account. */
export const mex: IqHandler = ({ world, device }, iq) => {
  const query = child(iq, 'query');
  const run = QUERIES[query?.attrs.query_id ?? ''];
  if (run === undefined) return undefined;
  const parsed: unknown = JSON.parse(bytes(query)?.toString() ?? '{}');
  const asked = z.object({ variables }).safeParse(parsed);
  const data = asked.success ? run(world, device.phone, asked.data.variables) : undefined;
  const answer =
    data === undefined
      ? { errors: [{ message: 'Not Found', extensions: { error_code: 404, severity: 'CRITICAL' } }] }
      : { data };
  return [node('result', {}, Buffer.from(JSON.stringify(answer)))];
};
