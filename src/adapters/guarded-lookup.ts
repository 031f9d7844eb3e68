import { type LookupAddress, lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { WildcatError } from '../errors.ts';

/** RFC 6890 and its successors: what is not the public internet. */
const PRIVATE_V4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
];
/** Of IPv6 only 2000::/3 is public; within it, what stands for other addresses is not. */
const PRIVATE_V6 = ['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const listOf = (networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
};

const V4 = listOf(PRIVATE_V4, 'ipv4');
const V6 = listOf(PRIVATE_V6, 'ipv6');

/** Whether an IP address is none of the public internet; what is no IP address counts as private. */
export const isPrivate = (address: string): boolean => {
  const family = isIP(address);
  if (family === 4) return V4.check(address, 'ipv4');
  return family === 6 ? V6.check(address, 'ipv6') : true;
};

const refused = (host: string): WildcatError =>
  new WildcatError('forbidden', `${host} is a private address: nothing is asked of it`);

/**
 * Throws `forbidden` for what is neither http nor https, and for a private address however it is written: a literal
 * one is never looked up. Node and undici bare `URL`s have it in its one canonical notation.
 */
export const checkUrl = (url: URL, allowPrivate: boolean): void => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new WildcatError('forbidden', 'Only http and https URLs are fetched');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(host) !== 0 && isPrivate(host)) throw refused(host);
};

/** How names are resolved; specs bring their own. */
export type Resolve = typeof resolveName;

// The addresses are checked in the very look-up that the connection uses: what a name means may change in between.
/** A look-up for connections to what somebody else chose: fails with `forbidden` where any address is private. */
export const guardedLookup =
  (resolve: Resolve = resolveName): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, '', 0);
      const [first] = addresses;
      if (first === undefined || addresses.some(({ address }) => isPrivate(address)))
        return callback(refused(hostname), '', 0);
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
