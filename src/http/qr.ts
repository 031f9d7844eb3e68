import qrcode from 'qrcode';

/** Media types in which a QR code is served, the one for clients without a preference first. */
export const QR_TYPES = ['image/png', 'image/svg+xml', 'text/plain'] as const;
type QrType = (typeof QR_TYPES)[number];

// Black on white, whatever the terminal's own colours: many scanners read no inverted code.
const blackOnWhite = (line: string): string => `\u001b[30;107m${line}\u001b[0m`;

const draw: Readonly<Record<QrType, (text: string) => Promise<string | Buffer>>> = {
  'image/png': (text) => qrcode.toBuffer(text, { scale: 6 }),
  'image/svg+xml': (text) => qrcode.toString(text, { type: 'svg' }),
  'text/plain': async (text) => {
    const lines = (await qrcode.toString(text, { type: 'utf8' })).split('\n');
    return `${lines.map(blackOnWhite).join('\n')}\n`;
  },
};

/** `text` as a QR code of this media type, with the Content-Type to serve it under. */
export const renderQr = async (
  text: string,
  type: QrType,
): Promise<Readonly<{ body: string | Buffer; contentType: string }>> => ({
  body: await draw[type](text),
  contentType: type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
});
