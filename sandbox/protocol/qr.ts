/** What a companion's QR code says. */
interface QrCode {
  readonly ref: string;
  readonly noiseKey: Buffer;
  readonly identity: Buffer;
  readonly secret: Buffer;
}

/**
 * Reads the text of a pairing QR code: `[https://wa.me/settings/linked_devices#]ref,noiseKey,identityKey,advSecret[,platform]`
 * (companion-reg-client-utils.js). Throws if it is anything else.
 */
export const parseQr = (text: string): QrCode => {
  const [ref, ...keys] = text.slice(text.indexOf('#') + 1).split(',');
  const [noiseKey, identity, secret] = keys.map((key) => Buffer.from(key, 'base64'));
  if (!ref || noiseKey?.length !== 32 || identity?.length !== 32 || secret?.length !== 32) {
    throw new Error('not a WhatsApp pairing code');
  }
  return { ref, noiseKey, identity, secret };
};
