import { type BinaryNode, bytes, child, childBytes, node } from '../../protocol/node.ts';
import type { IqError } from '../iq/types.ts';
import type { Phone } from '../state.ts';
import { addressOf, changed, type World } from '../world.ts';
import { FORBIDDEN } from './members.ts';
import { type Group, isAdmin } from './state.ts';
import { notifyGroup } from './world.ts';

/** Changes a group as the node says; gives what everybody is told, or an error. */
type Setting = (world: World, group: Group, actor: Phone, asked: BinaryNode) => BinaryNode | IqError;

const subject: Setting = (world, group, actor, asked) => {
  const text = bytes(asked)?.toString() ?? '';
  if (text === '' || text.length > 100) return { code: 406, text: 'not-acceptable' };
  Object.assign(group, { subject: text, subjectBy: actor.number, subjectAt: world.now() });
  const by = addressOf({ phone: actor, device: 0 }, group.addressing);
  return node('subject', { subject: text, s_t: String(Math.floor(world.now() / 1000)), s_o: by });
};

const description: Setting = (world, group, actor, asked) => {
  const { id, prev } = asked.attrs;
  // two who change it at once: the second one names a predecessor that is gone
  if (group.description !== undefined && prev !== group.description.id)
    return { code: 409, text: 'conflict' };
  const text = childBytes(asked, 'body')?.toString();
  group.description =
    text === undefined || id === undefined ? undefined : { id, text, by: actor.number, at: world.now() };
  return node('description', { id, ...(text === undefined ? { delete: 'true' } : {}) }, [
    ...(text === undefined ? [] : [node('body', {}, Buffer.from(text))]),
  ]);
};

const memberAddMode: Setting = (_world, group, _actor, asked) => {
  const mode = bytes(asked)?.toString();
  if (mode !== 'admin_add' && mode !== 'all_member_add') return { code: 400, text: 'bad-request' };
  group.memberAddMode = mode;
  return node('member_add_mode', {}, Buffer.from(mode));
};

const approvalMode: Setting = (_world, group, _actor, asked) => {
  const state = child(asked, 'group_join')?.attrs.state;
  group.joinApproval = state === 'on';
  return node('membership_approval_mode', {}, [node('group_join', { state })]);
};

const ephemeral: Setting = (_world, group, _actor, asked) => {
  group.ephemeral = Number(asked.attrs.expiration ?? 0);
  return node(asked.tag, asked.attrs);
};

const flag =
  (name: 'announce' | 'locked', value: boolean): Setting =>
  (_world, group, _actor, asked) => {
    group[name] = value;
    return node(asked.tag);
  };

const SETTINGS: Readonly<Record<string, Setting>> = {
  subject,
  description,
  ephemeral,
  not_ephemeral: ephemeral,
  member_add_mode: memberAddMode,
  membership_approval_mode: approvalMode,
  announcement: flag('announce', true),
  not_announcement: flag('announce', false),
  locked: flag('locked', true),
  unlocked: flag('locked', false),
};

/** What every member may change unless the group is locked; everything else is for admins. */
const OPEN = new Set(['subject', 'description', 'ephemeral', 'not_ephemeral']);

/** A setting of a group; undefined when the node is none. */
export const changeSetting = (
  world: World,
  group: Group,
  actor: Phone,
  asked: BinaryNode,
): BinaryNode[] | IqError | undefined => {
  const setting = SETTINGS[asked.tag];
  if (setting === undefined) return undefined;
  if (!group.participants.has(actor.number)) return FORBIDDEN;
  if (!isAdmin(group, actor.number) && (group.locked || !OPEN.has(asked.tag))) return FORBIDDEN;
  const told = setting(world, group, actor, asked);
  if ('code' in told) return told;
  notifyGroup(world, group, actor, { change: told });
  changed(world);
  return [];
};
