/** A blob's name is its content: sha256 in hex, length in bytes. */
export type BlobRef = Readonly<{ sha256: string; length: number }>;

/** Bytes too large for an event, kept under their own hash. */
export type Blobs = {
  /** Durable once it resolves; storing the same bytes again changes nothing. */
  put: (bytes: Uint8Array) => Promise<BlobRef>;
  /** Null where there is none under that hash. */
  get: (sha256: string) => Promise<Uint8Array | null>;
};
