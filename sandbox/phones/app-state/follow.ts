import { proto } from '@whiskeysockets/baileys';
import {
  type Collection,
  emptyCollection,
  makePatch,
  readPatch,
  type SyncAction,
} from '../../protocol/app-state.ts';
import { patchesOf, pushPatch } from '../../server/collections.ts';
import type { Phone } from '../../server/state.ts';
import { changed, nextSequence, resolve, type World } from '../../server/world.ts';

/** The id of the one app-state key of an account. */
export const KEY_ID = Buffer.from([0, 0, 0, 0, 0, 1]);

const keyOf = (phone: Phone) => ({ id: KEY_ID, data: phone.appStateKey });

const collectionOf = ({ appState }: Phone, name: string): Collection =>
  appState.collections.get(name) ?? emptyCollection();

/** What a deleted or a cleared chat said until the end of its range is shown no more. */
const noteGone = (world: World, phone: Phone, jid: string, value: proto.SyncActionValue) => {
  const action = value.deleteChatAction ?? value.clearChatAction;
  if (!action) return;
  const chat = resolve(world, jid)?.phone.number ?? jid;
  const until =
    Number(action.messageRange?.lastMessageTimestamp ?? 0) || Math.floor(Number(value.timestamp) / 1_000);
  phone.gone.set(chat, Math.max(phone.gone.get(chat) ?? 0, until));
};

const note = (world: World, phone: Phone, action: SyncAction) => {
  const name = JSON.stringify(action.index);
  if (action.removed) phone.appState.actions.delete(name);
  else phone.appState.actions.set(name, action);
  const value = proto.SyncActionValue.decode(action.value);
  if (!action.removed) noteGone(world, phone, action.index[1] ?? '', value);
  const renamed = value.pushNameSetting?.name;
  if (renamed) phone.name = renamed;
};

const bump = (world: World, phone: Phone) => {
  phone.appState.sequence = nextSequence(world);
  changed(world);
};

/** Reads what companions have changed in a collection; what does not verify is noted and skipped. */
export const catchUp = (world: World, phone: Phone, name: string): void => {
  const current = collectionOf(phone, name);
  for (const { version, patch } of patchesOf(phone, name)) {
    if (version <= current.version) continue;
    const before = { ...collectionOf(phone, name), version: version - 1 };
    try {
      const { actions, collection } = readPatch(before, name, patch, keyOf(phone));
      phone.appState.collections.set(name, collection);
      for (const action of actions) note(world, phone, action);
    } catch (error) {
      phone.appState.problems.push(
        `${name} ${version}: ${error instanceof Error ? error.message : String(error)}`,
      );
      phone.appState.collections.set(name, { ...before, version });
    }
  }
  bump(world, phone);
};

/** Sets something on the phone, for all companions to follow. */
export const changeAppState = (world: World, phone: Phone, name: string, action: SyncAction): void => {
  catchUp(world, phone, name);
  const before = collectionOf(phone, name);
  const { patch, collection } = makePatch(before, name, action, { key: keyOf(phone), random: world.random });
  phone.appState.collections.set(name, collection);
  note(world, phone, action);
  pushPatch(world, { phone, device: 0 }, name, { from: before.version, patch });
  bump(world, phone);
};
