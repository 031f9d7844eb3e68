/**
 * The file that a URL names, as it comes. Throws `forbidden` for what must not be fetched (private addresses, other
 * protocols), `unprocessable` for what can't be, also out of the stream where the file breaks off.
 */
export type RemoteFiles = (url: string) => Promise<
  Readonly<{
    bytes: AsyncIterable<Uint8Array>;
    mimetype: string | undefined;
    fileName: string | undefined;
  }>
>;
