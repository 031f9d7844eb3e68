import { WildcatError } from '../errors.ts';

/**
 * The addresses of a NATS_URL: one or several, separated by commas, with scheme and port left out at will. Throws
 * `misconfigured` where one is none, or its credentials can't be decoded; the message never shows them.
 */
export const readNatsUrl = (text: string): readonly URL[] => {
  try {
    const urls = text
      .split(',')
      .map((part) => part.trim())
      .map((part) => new URL(part.includes('://') ? part : `nats://${part}`));
    for (const { username, password } of urls) decodeURIComponent(`${username}:${password}`);
    if (urls.every(({ hostname }) => hostname !== '')) return urls;
  } catch {
    // the parser's own message would show the password
  }
  throw new WildcatError('misconfigured', 'NATS_URL is no URL: expected nats://[user:password@]host[:port]');
};
