import { z } from 'zod';
import type { Call, Raw } from './call.ts';

/** A person's picture and the words under the name. */
export interface ProfileCalls {
  /** Sets the profile picture (a JPEG), or takes it away. */
  readonly setPicture: (jpeg: Buffer | undefined) => Promise<void>;
  /** The picture of a person or group as this phone sees it, its own without. Throws SandboxError 404 without one. */
  readonly picture: (of?: string) => Promise<Buffer>;
  readonly setAbout: (text: string) => Promise<void>;
  /** What a person says about himself, the phone's own without. */
  readonly about: (of?: string) => Promise<string>;
}

const query = (of: string | undefined) => (of === undefined ? '' : `?of=${encodeURIComponent(of)}`);

export const profileCalls = (call: Call, raw: Raw, path: string): ProfileCalls => ({
  setPicture: async (jpeg) => {
    if (jpeg === undefined) await call(z.undefined(), 'DELETE', `${path}/picture`);
    else await raw('PUT', `${path}/picture`, jpeg);
  },
  picture: (of) => raw('GET', `${path}/picture${query(of)}`),
  setAbout: (text) => call(z.undefined(), 'PUT', `${path}/about`, { text }),
  about: async (of) => (await call(z.object({ text: z.string() }), 'GET', `${path}/about${query(of)}`)).text,
});
