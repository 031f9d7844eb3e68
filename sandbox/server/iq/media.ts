import { child, node } from '../../protocol/node.ts';
import { MAX_UPLOAD } from '../media-host.ts';
import { uploadToken } from '../media-store.ts';
import type { IqHandler } from './types.ts';

/** Seconds a client may use the answer for. */
const TTL = '300';

/** `w:m`: the media host, by two names so that a refused upload is tried again (messages-send.js, refreshMediaConn). */
export const mediaConnection: IqHandler = ({ world, device }, iq) => {
  if (child(iq, 'media_conn') === undefined) return undefined;
  const { host } = world.state.media;
  const attrs = { auth: uploadToken(world, device.phone.number), ttl: TTL, auth_ttl: TTL, max_buckets: '12' };
  const names = [host, host.replace(/^.*(?=:\d+$)/, 'localhost')];
  const hosts = names.map((hostname, at) =>
    node('host', {
      hostname,
      type: at === 0 ? 'primary' : 'fallback',
      maxContentLengthBytes: String(MAX_UPLOAD),
    }),
  );
  return [node('media_conn', attrs, hosts)];
};
