import type { IncomingMessage } from 'node:http';
import { ControlError } from './errors.ts';

/** A file may have so many bytes. */
const MAX_FILE = 64 * 1024 * 1024;

/** The bytes of a request that is a file. Throws 413 when there are too many, 400 when there are none. */
export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > MAX_FILE) throw new ControlError(413, 'too_large', `a file has ${MAX_FILE} bytes at most`);
    parts.push(part);
  }
  if (length === 0) throw new ControlError(400, 'bad_request', 'the body is the file');
  return Buffer.concat(parts);
};
