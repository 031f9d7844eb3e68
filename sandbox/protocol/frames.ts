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

/**
 * Cuts a byte stream into frames. The stream begins with an intro (`WA` and two version bytes, with an `ED` routing
 * header before it for a client that was given one), which is dropped; throws when it begins otherwise.
 */
export const makeFrameReader = () => {
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;

  /** Length of the intro, 0 while there is too little to tell. */
  const introLength = () => {
    if (rest.length < 4) return 0;
    const routing = rest.subarray(0, 2).toString() === 'ED';
    if (!routing) return rest.subarray(0, 2).toString() === 'WA' ? 4 : -1;
    if (rest.length < 7) return 0;
    return 7 + rest.readUIntBE(4, 3) + 4;
  };

  return (data: Buffer): Buffer[] => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
    if (!begun) {
      const length = introLength();
      if (length < 0) throw new Error('not a WhatsApp client');
      if (length === 0 || rest.length < length) return [];
      rest = rest.subarray(length);
      begun = true;
    }
    const frames: Buffer[] = [];
    while (rest.length >= 3) {
      const end = 3 + rest.readUIntBE(0, 3);
      if (rest.length < end) break;
      frames.push(rest.subarray(3, end));
      rest = rest.subarray(end);
    }
    return frames;
  };
};
