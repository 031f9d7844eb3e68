import { type WAMessage, WAMessageStubType } from '@whiskeysockets/baileys';
import { z } from 'zod';
import type { WildcatEvent } from '../../../events/codec.ts';
import type { Address } from '../../../events/ids.ts';
import { addressOf, type Directory } from './addresses.ts';
import { cut } from './fields.ts';

type Base = Readonly<{ waId: string; chat: Address; from: Address; timestamp: number }>;

const PEOPLE = {
  [WAMessageStubType.GROUP_PARTICIPANT_ADD]: 'group.participants_added',
  [WAMessageStubType.GROUP_PARTICIPANT_REMOVE]: 'group.participants_removed',
  [WAMessageStubType.GROUP_PARTICIPANT_LEAVE]: 'group.participants_left',
  [WAMessageStubType.GROUP_PARTICIPANT_PROMOTE]: 'group.participants_promoted',
  [WAMessageStubType.GROUP_PARTICIPANT_DEMOTE]: 'group.participants_demoted',
  [WAMessageStubType.GROUP_PARTICIPANT_CHANGE_NUMBER]: 'group.number_changed',
} as const;

const SETTINGS = {
  [WAMessageStubType.GROUP_CHANGE_ANNOUNCE]: 'announce',
  [WAMessageStubType.GROUP_CHANGE_RESTRICT]: 'locked',
  [WAMessageStubType.GROUP_MEMBER_ADD_MODE]: 'member_add_mode',
  [WAMessageStubType.GROUP_MEMBERSHIP_JOIN_APPROVAL_MODE]: 'join_approval',
} as const;

const pick = <T extends object>(table: T, type: number): T[keyof T] | undefined =>
  // a number is looked up among keys that TypeScript knows as literals
  Object.hasOwn(table, type) ? (table as Record<number, T[keyof T]>)[type] : undefined;

const MAX_PARAMETER = 4_096;
const MAX_PEOPLE = 1_024;

// rc14 gives people as JSON with either name beside, changed numbers as bare JIDs (messages-recv.js).
const person = z.union([
  z.object({ id: z.string(), phoneNumber: z.string().nullish(), lid: z.string().nullish() }),
  z.object({ lid: z.string(), pn: z.string().nullish() }).transform(({ lid, pn }) => ({
    id: lid,
    phoneNumber: pn,
    lid: undefined,
  })),
]);

const personOf = (parameter: string, directory: Directory): Address => {
  try {
    const { id, phoneNumber, lid } = person.parse(JSON.parse(parameter));
    return addressOf(id, phoneNumber ?? lid, directory);
  } catch {
    return addressOf(parameter, null, directory);
  }
};

/** What a notice of WhatsApp (a stub, in Baileys' words) says, or null where it is none about a group. Pure. */
export const noticeEvent = (message: WAMessage, base: Base, directory: Directory): WildcatEvent | null => {
  const type = message.messageStubType ?? -1;
  const parameters = (message.messageStubParameters ?? []).map((text: unknown) =>
    cut(String(text), MAX_PARAMETER),
  );
  const [first = ''] = parameters;
  const people = (texts: readonly string[]) =>
    texts.slice(0, MAX_PEOPLE).map((text: string) => personOf(text, directory));
  const ofPeople = pick(PEOPLE, type);
  if (ofPeople !== undefined) return { type: ofPeople, data: { ...base, people: people(parameters) } };
  const setting = pick(SETTINGS, type);
  if (setting !== undefined) {
    return { type: 'group.settings_changed', data: { ...base, setting, value: first } };
  }
  switch (type) {
    case WAMessageStubType.GROUP_CREATE:
      return { type: 'group.created', data: { ...base, subject: first } };
    case WAMessageStubType.GROUP_CHANGE_SUBJECT:
      return { type: 'group.subject_changed', data: { ...base, subject: first } };
    case WAMessageStubType.GROUP_CHANGE_DESCRIPTION:
      return { type: 'group.description_changed', data: { ...base, description: first || null } };
    case WAMessageStubType.GROUP_CHANGE_INVITE_LINK:
      return { type: 'group.invite_changed', data: base };
    case WAMessageStubType.GROUP_CHANGE_ICON:
      return { type: 'group.picture_changed', data: base };
    case WAMessageStubType.GROUP_MEMBERSHIP_JOIN_APPROVAL_REQUEST_NON_ADMIN_ADD: {
      const [who = '', state = 'created'] = parameters;
      return { type: 'group.join_requested', data: { ...base, people: people([who]), state } };
    }
    default:
      return systemEvent(type, parameters, base);
  }
};

const systemEvent = (type: number, parameters: readonly string[], base: Base): WildcatEvent | null => {
  const notice = WAMessageStubType[type];
  if (notice === undefined || type <= 0) return null;
  return { type: 'message.system', data: { ...base, notice, parameters: parameters.slice(0, 64) } };
};
