import sharp from 'sharp';
import { type BinaryNode, node } from '../protocol/node.ts';
import { deliver } from './delivery.ts';
import { watchers } from './devices.ts';
import { findGroup, membersOf } from './groups/world.ts';
import { storeFile } from './media-store.ts';
import { notification } from './notification.ts';
import type { Phone } from './state.ts';
import { addressOf, changed, type DeviceRef, type World } from './world.ts';

/** Pixels of a side of the small picture. */
const PREVIEW = 96;

/** A profile picture, JPEG. */
export interface Picture {
  readonly id: string;
  readonly image: Buffer;
  /** On the media host. */
  readonly directPath: string;
  /** Of the small one; the same until it is made. */
  previewPath: string;
}

/** What a person says about himself under his name. */
export interface About {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export const NO_ABOUT: About = { text: 'Hey there! I am using WhatsApp.', at: 0 };

/** Whether a person keeps that from others (nobody, or everybody: contact lists are not looked at). */
export const hides = (phone: Phone, what: 'profile' | 'status', asking: Phone): boolean =>
  asking !== phone && phone.privacy.settings[what] === 'none';

const isJpeg = (image: Buffer) => image.length > 3 && image.readUInt16BE(0) === 0xffd8;

const addPreview = async (world: World, picture: Picture) => {
  const bytes = await sharp(picture.image).resize(PREVIEW, PREVIEW).jpeg({ quality: 60 }).toBuffer();
  picture.previewPath = storeFile(world, { bytes, readers: [], type: 'image/jpeg' }).directPath;
};

interface Subject {
  /** Key of `pictures`: a number, or the jid of a group. */
  readonly owner: string;
  readonly from: string;
  readonly watching: readonly DeviceRef[];
}

/** Whose picture it is and who is told of a new one: all members, or the own companions and those who know the phone. */
const subjectOf = (world: World, owner: string, by: Phone): Subject => {
  const group = findGroup(world, owner);
  if (group === undefined) {
    const from = addressOf({ phone: by, device: 0 }, 's.whatsapp.net');
    return { owner, from, watching: watchers(world, by) };
  }
  const watching = membersOf(world, group).flatMap((phone) =>
    [...phone.companions.keys()].map((device) => ({ phone, device })),
  );
  return { owner, from: owner, watching };
};

const tell = (world: World, { from, watching }: Subject, type: string, change: BinaryNode) => {
  for (const target of watching) {
    deliver(world, target, notification(world, { from, type }, change));
  }
};

/** Sets (JPEG) or takes away the picture of a person or group; false for what is no JPEG. Companions are told. */
export const setPicture = (world: World, owner: string, by: Phone, image: Buffer | undefined): boolean => {
  const subject = subjectOf(world, owner, by);
  const author = addressOf({ phone: by, device: 0 }, 's.whatsapp.net');
  if (image === undefined) {
    world.state.pictures.delete(owner);
    tell(world, subject, 'picture', node('delete', { jid: subject.from, author }));
    changed(world);
    return true;
  }
  if (!isJpeg(image)) return false;
  const { directPath } = storeFile(world, { bytes: image, readers: [], type: 'image/jpeg' });
  const id = String(world.random(4).readUInt32BE(0));
  const picture = { id, image, directPath, previewPath: directPath };
  world.state.pictures.set(owner, picture);
  // a broken JPEG has no small picture; the large one stands in for it
  addPreview(world, picture).catch(() => undefined);
  tell(world, subject, 'picture', node('set', { jid: subject.from, id, author }));
  changed(world);
  return true;
};

/** Sets what a person says about himself; those who know the phone are told. */
export const setAbout = (world: World, phone: Phone, text: string): void => {
  phone.about = { text, at: world.now() };
  tell(world, subjectOf(world, phone.number, phone), 'status', node('set', {}, Buffer.from(text)));
  changed(world);
};
