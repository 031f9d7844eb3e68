/** The longest frame a length of three bytes can tell. */
const MAX_FRAME = 0xffffff;

/** Puts the three-byte length in front. Throws on more than 16 MiB. */
export const frame = (payload: Uint8Array): Buffer => {
  if (payload.length > MAX_FRAME) throw new Error(`frame of ${payload.length} bytes`);
  const out = Buffer.allocUnsafe(payload.length + 3);
  out.writeUIntBE(payload.length, 0, 3);
  out.set(payload, 3);
  return out;
};

/** Length of the intro at the start of a stream: 0 while there is too little to tell, -1 if there is none. */
const introLength = (start: Buffer): number => {
  if (start.length < 4) return 0;
  const mark = start.toString('latin1', 0, 2);
  if (mark !== 'ED') return mark === 'WA' ? 4 : -1;
  const length = start.length < 7 ? Number.POSITIVE_INFINITY : 7 + start.readUIntBE(4, 3) + 4;
  return start.length < length ? 0 : length;
};

/** The whole frames at the start of a buffer, and what is left behind them. */
const cut = (data: Buffer): { readonly frames: Buffer[]; readonly rest: Buffer } => {
  const frames: Buffer[] = [];
  let rest = data;
  while (rest.length >= 3) {
    const end = 3 + rest.readUIntBE(0, 3);
    if (rest.length < end) break;
    frames.push(rest.subarray(3, end));
    rest = rest.subarray(end);
  }
  return { frames, rest };
};

/**
 * Cuts a byte stream into frames. The stream begins with an intro (`WA` and two version bytes, with an `ED` routing
 * header before it for a client that was given one), which is dropped; throws when it begins otherwise.
 */
export const makeFrameReader = () => {
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  return (data: Buffer): Buffer[] => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
    if (!begun) {
      const length = introLength(rest);
      if (length < 0) throw new Error('not a WhatsApp client');
      if (length === 0) return [];
      rest = rest.subarray(length);
      begun = true;
    }
    const parts = cut(rest);
    rest = parts.rest;
    return parts.frames;
  };
};
