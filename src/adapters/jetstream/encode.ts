import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { WildcatError } from '../../errors.ts';
import { encodeEvent, subjectOf, type WildcatEvent } from '../../events/codec.ts';
import { messageId } from '../../events/dedupe.ts';
import type { NewEvent } from '../../events/event.ts';
import { versionOf } from '../../events/upcast.ts';
import type { Blobs } from '../../ports/blobs.ts';
import type { Outgoing } from './publisher.ts';

/** The largest event that is stored, in bytes. What is larger goes without its `raw`, which moves to the blobs. */
export const MAX_EVENT_BYTES = 512 * 1024;

/** Where what is too large for an event is put. */
export type BlobSink = Pick<Blobs, 'put'>;

type Draft = Readonly<{ event: NewEvent<WildcatEvent>; key: string; at: string }>;

/** Headers from pairs. */
export const headersOf = (pairs: Readonly<Record<string, string>>): MsgHdrs => {
  const result = headers();
  for (const [name, value] of Object.entries(pairs)) result.append(name, value);
  return result;
};

/** Moves a `raw` to the account's blobs. */
const withoutRaw = async <T extends Readonly<{ raw?: string | undefined }>>(
  holder: T,
  account: string,
  blobs: BlobSink,
): Promise<T> => {
  if (holder.raw === undefined) return holder;
  const { raw, ...rest } = holder;
  // `rest` is the same member of a union, which TypeScript forgets when a field is taken away
  return { ...(rest as T), rawRef: await blobs.put(account, Buffer.from(raw, 'base64')) };
};

/** The event without its own raw and without that of a message which it quotes. */
const lightened = async (event: NewEvent<WildcatEvent>, blobs: BlobSink): Promise<NewEvent<WildcatEvent>> => {
  const { account } = event;
  const light = await withoutRaw(event, account, blobs);
  if (light.type !== 'message.send_requested' || light.data.quotedKey === undefined) return light;
  const quotedKey = await withoutRaw(light.data.quotedKey, account, blobs);
  return { ...light, data: { ...light.data, quotedKey } };
};

const fit = async (draft: Draft, msgId: string, blobs: BlobSink): Promise<Uint8Array> => {
  const payload = Buffer.from(encodeEvent(draft.event, msgId, draft.at));
  if (payload.length <= MAX_EVENT_BYTES) return payload;
  const smaller = Buffer.from(encodeEvent(await lightened(draft.event, blobs), msgId, draft.at));
  if (smaller.length <= MAX_EVENT_BYTES) return smaller;
  throw new WildcatError(
    'invalid',
    `The event has ${smaller.length} bytes, more than the ${MAX_EVENT_BYTES} that the log takes`,
  );
};

/**
 * The message that stores an event under a dedupe key; a `raw` that makes it too large is durable among the blobs
 * first. Throws `invalid` where it is too large even so, and what the blobs throw.
 */
export const encodeMessage = async (draft: Draft, blobs: BlobSink): Promise<Outgoing> => {
  const { event } = draft;
  const msgId = messageId(event, draft.key);
  return {
    subject: subjectOf(event),
    payload: await fit(draft, msgId, blobs),
    headers: headersOf({
      'Nats-Msg-Id': msgId,
      'Wa-Type': event.type,
      'Wa-V': String(versionOf(event.type)),
    }),
  };
};
