import { createHash } from 'node:crypto';
import { Binary, type Db, GridFSBucket, ObjectId } from 'mongodb';
import type { Blobs } from '../../ports/blobs.ts';

type Chunk = Readonly<{ files_id: ObjectId; n: number; data: Binary }>;

const CHUNK_BYTES = 255 * 1024;

const chunksOf = (files_id: ObjectId, bytes: Uint8Array): Chunk[] =>
  Array.from({ length: Math.ceil(bytes.byteLength / CHUNK_BYTES) }, (_, n) => {
    const data = new Binary(bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES));
    return { files_id, n, data };
  });

/**
 * Blobs in GridFS (bucket `media`), named by their sha256. Ids follow from the content and chunks are upserted, so
 * that storing one twice, at once or after a kill, ends in one file: a bucket's own upload stream, which takes any
 * bytes, would leave a second copy or orphan chunks. A file is visible once its last chunk is stored.
 */
export const createBlobStore = (db: Db): Blobs => {
  const bucket = new GridFSBucket(db, { bucketName: 'media' });
  const durable = { writeConcern: { w: 'majority', journal: true } } as const;
  const files = db.collection('media.files', durable);
  const chunks = db.collection<Chunk>('media.chunks', durable);
  let indexed: Promise<unknown> | null = null;

  const ensureIndexes = async (): Promise<void> => {
    indexed ??= Promise.all([
      files.createIndex({ filename: 1, uploadDate: 1 }),
      chunks.createIndex({ files_id: 1, n: 1 }, { unique: true }),
    ]);
    await indexed.catch((error: unknown) => {
      indexed = null;
      throw error;
    });
  };
  const isStored = async (sha256: string): Promise<boolean> =>
    (await files.findOne({ filename: sha256 }, { projection: { _id: 1 } })) !== null;

  return {
    put: async (bytes) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const length = bytes.byteLength;
      await ensureIndexes();
      if (await isStored(sha256)) return { sha256, length };
      const _id = ObjectId.createFromHexString(sha256.slice(0, 24));
      for (const chunk of chunksOf(_id, bytes))
        await chunks.replaceOne({ files_id: _id, n: chunk.n }, chunk, { upsert: true });
      const file = {
        filename: sha256,
        length,
        chunkSize: CHUNK_BYTES,
        uploadDate: new Date(),
        metadata: { sha256, kind: 'blob' },
      };
      await files.updateOne({ _id }, { $setOnInsert: file }, { upsert: true });
      return { sha256, length };
    },
    get: async (sha256) => {
      if (!(await isStored(sha256))) return null;
      const parts: Uint8Array[] = [];
      for await (const part of bucket.openDownloadStreamByName(sha256)) parts.push(part);
      return Buffer.concat(parts);
    },
  };
};
