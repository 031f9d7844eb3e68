import {
  DEFAULT_CONNECTION_CONFIG,
  getWAUploadToServer,
  jidNormalizedUser,
  type SocketConfig,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { Ownership, Session } from '../../ports/whatsapp.ts';
import type { Directory } from './addresses.ts';
import type { WhatsAppDeps } from './deps.ts';
import { createMediaHosts } from './media-hosts.ts';
import { prepareMessage, withQuotedRaw } from './outgoing.ts';
import { uploadInTime } from './outgoing-media.ts';
import { baileysLogger } from './quiet.ts';
import { agentOf } from './settings.ts';

type Deps = Readonly<{
  deps: Pick<WhatsAppDeps, 'blobs' | 'files' | 'logger' | 'now' | 'target'>;
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
  const config = {
    ...DEFAULT_CONNECTION_CONFIG,
    logger: baileysLogger(deps.logger),
    fetchAgent: agentOf(deps.target),
  };
  const hosts = createMediaHosts((node) => sock().query(node), deps.now);
  const upload = uploadInTime(getWAUploadToServer(config as SocketConfig, hosts), ending);
  return async ({ data, raw, rawRef }) => {
    const { pn, lid } = directory.me();
    const me = data.to.endsWith('@lid') ? (lid ?? pn) : pn;
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
