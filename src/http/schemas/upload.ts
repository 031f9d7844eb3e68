import type { Staged } from '../../ports/files.ts';

/** A file that a request brings, or says where to find. */
export type Upload = Readonly<{
  /** Its bytes, where they have come with the request. */
  staged: Staged | null;
  url: string | null;
  /** What the client says of it. */
  mimetype: string | undefined;
  fileName: string | undefined;
}>;

export const isUpload = (value: unknown): value is Upload =>
  typeof value === 'object' && value !== null && 'staged' in value && 'url' in value;
