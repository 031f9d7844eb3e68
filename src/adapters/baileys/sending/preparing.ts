import { jidNormalizedUser, type WASocket } from '@whiskeysockets/baileys';
import { isLid } from '../../../events/ids.ts';
import type { Ownership, Session } from '../../../ports/whatsapp.ts';
import type { WhatsAppDeps } from '../deps.ts';
import { createMediaHosts } from '../files/media-hosts.ts';
import { createUpload } from '../files/uploading.ts';
import type { Directory } from '../reading/addresses.ts';
import { agentOf } from '../settings.ts';
import { prepareMessage, withQuotedRaw } from './outgoing.ts';

type Deps = Readonly<{
  deps: Pick<WhatsAppDeps, 'blobs' | 'files' | 'logger' | 'mediaIdleMs' | 'now' | 'target'>;
  owner: Ownership;
  directory: Directory;
  sock: () => WASocket;
  /** Whether the session is about to end. */
  isDeaf: () => boolean;
  /** Aborted once it ends. */
  ending: AbortSignal;
}>;

/** Makes the proto of a request, with whatever it refers to; see `Session`. */
export const createPrepare = ({ deps, owner, directory, sock, isDeaf, ending }: Deps): Session['prepare'] => {
  const upload = createUpload({
    hosts: createMediaHosts((node) => sock().query(node), deps.now),
    asking: { agent: agentOf(deps.target), signal: ending, idleMs: deps.mediaIdleMs },
    logger: deps.logger,
  });
  return async ({ data, raw, rawRef }) => {
    const { pn, lid } = directory.me();
    const me = isLid(data.to) ? (lid ?? pn) : pn;
    const findBlob = (sha256: string) => deps.blobs.get(owner.account, sha256);
    const request = await withQuotedRaw(data, findBlob);
    const blob = rawRef === undefined ? null : await findBlob(rawRef.sha256);
    const passedOn = blob === null ? raw : Buffer.from(blob).toString('base64');
    const uploading = {
      open: deps.files.open,
      upload,
      isOpen: () => !isDeaf() && sock().ws.isOpen,
    };
    return prepareMessage(request, jidNormalizedUser(me ?? ''), uploading, passedOn);
  };
};
