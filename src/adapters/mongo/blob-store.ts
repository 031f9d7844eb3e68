import { createHash } from 'node:crypto';
import { Binary, type Db, GridFSBucket, ObjectId } from 'mongodb';
import type { Blobs } from '../../ports/blobs.ts';
import { orUnavailable } from './away.ts';
import { CHUNK_BYTES } from './file-chunks.ts';

/** `accountId` finds the chunks of an upload that a kill cut short: they have no file yet. */
type Chunk = Readonly<{ files_id: ObjectId; n: number; data: Binary; accountId: string }>;
type FileId = Readonly<{ _id: ObjectId }>;

const ERASED_AT_ONCE = 1_000;

const hashOf = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** An account's id of some content: one copy each, and what one account has says nothing of another's. */
const idOf = (account: string, sha256: string): ObjectId =>
  ObjectId.createFromHexString(hashOf(`${account}/${sha256}`).slice(0, 24));

const chunksOf = (accountId: string, files_id: ObjectId, bytes: Uint8Array): Chunk[] =>
  Array.from({ length: Math.ceil(bytes.byteLength / CHUNK_BYTES) }, (_, n) => {
    const data = new Binary(bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES));
    return { files_id, n, data, accountId };
  });

/**
 * Blobs in GridFS (bucket `media`). Ids follow from account and content and chunks are upserted, so that storing one
 * twice, at once or after a kill, ends in one file: a bucket's own upload stream, which takes any bytes, would leave
 * a second copy or orphan chunks. A file is visible once its last chunk is stored. What somebody waits for throws
 * `unavailable` where MongoDB does not answer.
 */
export const createBlobStore = (db: Db): Blobs => {
  const bucket = new GridFSBucket(db, { bucketName: 'media' });
  const files = db.collection('media.files');
  const chunks = db.collection<Chunk>('media.chunks');
  let indexed: Promise<unknown> | null = null;

  const ensureIndexes = async (): Promise<void> => {
    indexed ??= Promise.all([
      files.createIndex({ filename: 1, uploadDate: 1 }),
      files.createIndex({ 'metadata.accountId': 1 }),
      chunks.createIndex({ files_id: 1, n: 1 }, { unique: true }),
      chunks.createIndex({ accountId: 1 }),
    ]);
    await indexed.catch((error: unknown) => {
      indexed = null;
      throw error;
    });
  };
  const isStored = async (_id: ObjectId): Promise<boolean> =>
    (await files.findOne({ _id }, { projection: { _id: 1 } })) !== null;

  const put: Blobs['put'] = async (accountId, bytes) => {
    const sha256 = hashOf(bytes);
    const length = bytes.byteLength;
    const _id = idOf(accountId, sha256);
    await ensureIndexes();
    if (await isStored(_id)) return { sha256, length };
    for (const chunk of chunksOf(accountId, _id, bytes))
      await chunks.replaceOne({ files_id: _id, n: chunk.n }, chunk, { upsert: true });
    const file = {
      filename: sha256,
      length,
      chunkSize: CHUNK_BYTES,
      uploadDate: new Date(),
      metadata: { accountId, sha256, kind: 'blob' },
    };
    await files.updateOne({ _id }, { $setOnInsert: file }, { upsert: true });
    return { sha256, length };
  };
  const get: Blobs['get'] = async (accountId, sha256) => {
    const _id = idOf(accountId, sha256);
    if (!(await isStored(_id))) return null;
    const parts: Uint8Array[] = [];
    for await (const part of bucket.openDownloadStream(_id)) parts.push(part);
    return Buffer.concat(parts);
  };

  return {
    put: (...asked) => orUnavailable(() => put(...asked)),
    get: (...asked) => orUnavailable(() => get(...asked)),
    eraseAccount: async (accountId, insist = () => {}) => {
      const some = () =>
        files
          .find<FileId>({ 'metadata.accountId': accountId }, { projection: { _id: 1 } })
          .limit(ERASED_AT_ONCE)
          .toArray();
      for (let found = await some(); found.length > 0; found = await some()) {
        const ids = found.map(({ _id }) => _id);
        insist();
        // chunks first: a kill between the two leaves files, which are found again
        await chunks.deleteMany({ files_id: { $in: ids } });
        await files.deleteMany({ _id: { $in: ids } });
      }
      insist();
      await chunks.deleteMany({ accountId });
    },
  };
};
