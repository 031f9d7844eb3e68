import { createHash } from 'node:crypto';
import { type Collection, type Db, ObjectId } from 'mongodb';
import { fileTooLarge, hasCode, WildcatError } from '../../errors.ts';
import type { Files, KeptFile, Staged } from '../../ports/files.ts';
import { orUnavailable } from './away.ts';
import { CHUNK_BYTES, type Chunk, chunkOf, inPieces, openChunks } from './file-chunks.ts';
import { isInserted } from './outcome.ts';

export type FileDoc = Readonly<{
  _id: ObjectId;
  filename: string;
  length: number;
  chunkSize: number;
  uploadDate: Date;
  contentType: string;
  metadata: Readonly<{ kind: 'file'; accountId: string; sha256: string; fileName: string | null }>;
}>;
/** What is being staged: chunks without a file that nobody else would ever find again. */
export type StagingDoc = Readonly<{ _id: ObjectId; account: string; at: Date }>;

const STALE_MS = 3_600_000;
/** How often a writer says that it is still at work. */
const RENEW_MS = 300_000;

const keptOf = ({ _id, length, uploadDate, contentType, metadata }: FileDoc): KeptFile => ({
  id: _id.toHexString(),
  account: metadata.accountId,
  sha256: metadata.sha256,
  length,
  mimetype: contentType,
  fileName: metadata.fileName,
  storedAt: uploadDate.toISOString(),
});

/** The document that makes chunks this file. */
export const docOf = ({ id, account, sha256, fileName, ...file }: KeptFile): FileDoc => ({
  _id: ObjectId.createFromHexString(id),
  filename: `${account}/${sha256}`,
  length: file.length,
  chunkSize: CHUNK_BYTES,
  uploadDate: new Date(file.storedAt),
  contentType: file.mimetype,
  metadata: { kind: 'file', accountId: account, sha256, fileName },
});

type Collections = Readonly<{
  files: Collection<FileDoc>;
  chunks: Collection<Chunk>;
  staging: Collection<StagingDoc>;
}>;

/** `keepAlive`: called after each chunk. */
const writeChunks = async (
  { chunks }: Collections,
  {
    _id,
    maxBytes,
    keepAlive,
  }: Readonly<{ _id: ObjectId; maxBytes: number; keepAlive: () => Promise<unknown> }>,
  source: AsyncIterable<Uint8Array>,
): Promise<Pick<Staged, 'sha256' | 'length'>> => {
  const hash = createHash('sha256');
  let length = 0;
  let n = 0;
  for await (const piece of inPieces(source, CHUNK_BYTES)) {
    length += piece.byteLength;
    if (length > maxBytes) throw fileTooLarge(maxBytes);
    hash.update(piece);
    await orUnavailable(() => chunks.insertOne(chunkOf(_id, n, piece)));
    await keepAlive();
    n += 1;
  }
  return { sha256: hash.digest('hex'), length };
};

const removeStaged = async ({ files, chunks, staging }: Collections, _id: ObjectId): Promise<void> => {
  const isKept = (await files.findOne({ _id }, { projection: { _id: 1 } })) !== null;
  if (!isKept) await chunks.deleteMany({ files_id: _id });
  await staging.deleteOne({ _id });
};

/** Ends the staging of a kept file. Throws `gone`, and leaves nothing of it, where an erasure has ended it before. */
const endStaging = async ({ files, chunks, staging }: Collections, _id: ObjectId): Promise<void> => {
  if ((await staging.deleteOne({ _id })).deletedCount === 1) return;
  await files.deleteOne({ _id });
  await chunks.deleteMany({ files_id: _id });
  throw new WildcatError('gone', 'The account was deleted meanwhile, and the file with it');
};

/**
 * Files in GridFS (bucket `media`). A row in `staging` goes before the first chunk, so that whatever ends an upload,
 * its chunks are found; the document that makes them a file is written last, and unique per account and content. All
 * but the erasure and the sweep throw `unavailable` where MongoDB does not answer.
 */
export const createFileStore = async (db: Db, now: () => Date): Promise<Files> => {
  const all: Collections = {
    files: db.collection<FileDoc>('media.files'),
    chunks: db.collection<Chunk>('media.chunks'),
    staging: db.collection<StagingDoc>('staging'),
  };
  const { files, chunks, staging } = all;
  await Promise.all([
    chunks.createIndex({ files_id: 1, n: 1 }, { unique: true }),
    files.createIndex(
      { 'metadata.accountId': 1, 'metadata.sha256': 1 },
      { unique: true, partialFilterExpression: { 'metadata.kind': 'file' } },
    ),
  ]);
  const find: Files['find'] = async (account, sha256) => {
    const known = {
      'metadata.accountId': account,
      'metadata.sha256': sha256,
      'metadata.kind': 'file',
    } as const;
    const doc = await files.findOne(known);
    return doc === null ? null : keptOf(doc);
  };

  const keep: Files['keep'] = async (staged, { mimetype, fileName = null }) => {
    const { account, sha256 } = staged;
    const known = await find(account, sha256);
    const kept: KeptFile = { ...staged, mimetype, fileName, storedAt: now().toISOString() };
    const doc = docOf(kept);
    const other = known ?? ((await isInserted(files.insertOne(doc))) ? null : await find(account, sha256));
    if (other === null) await endStaging(all, doc._id);
    else await removeStaged(all, doc._id);
    return other ?? kept;
  };
  /** What is being kept, by id: for longer than anybody waits, where MongoDB hangs. */
  const keeping = new Set<string>();

  return {
    stage: async (account, source, maxBytes) => {
      const _id = new ObjectId();
      let at = now();
      await orUnavailable(() => staging.insertOne({ _id, account, at }));
      // one that takes its time would be swept away under its writer
      const keepAlive = async (): Promise<unknown> => {
        if (now().getTime() - at.getTime() < RENEW_MS) return;
        at = now();
        return orUnavailable(() => staging.updateOne({ _id }, { $set: { at } }));
      };
      try {
        return {
          id: _id.toHexString(),
          account,
          ...(await writeChunks(all, { _id, maxBytes, keepAlive }, source)),
        };
      } catch (error) {
        // what can't be removed now is swept later, and nobody waits for it
        if (!hasCode(error, 'unavailable')) await removeStaged(all, _id).catch(() => undefined);
        throw error;
      }
    },
    keep: async (staged, about) => {
      keeping.add(staged.id);
      return orUnavailable(() => keep(staged, about).finally(() => keeping.delete(staged.id)));
    },
    discard: async ({ id }) => {
      // it would lose its bytes in the moment in which it becomes a file; if it does not, it is swept away
      if (!keeping.has(id)) await orUnavailable(() => removeStaged(all, ObjectId.createFromHexString(id)));
    },
    find: (...asked) => orUnavailable(() => find(...asked)),
    findById: async (id) => {
      const known = { _id: ObjectId.createFromHexString(id), 'metadata.kind': 'file' } as const;
      const doc = await orUnavailable(() => files.findOne(known));
      return doc === null ? null : keptOf(doc);
    },
    open: ({ id, length }, range = { start: 0, end: length - 1 }) =>
      openChunks(chunks, ObjectId.createFromHexString(id), range),
    eraseAccount: async (account, insist = () => {}) => {
      // first what is staged: whoever is about to keep a file finds that out, or its file is found here
      for await (const { _id } of staging.find({ account })) {
        insist();
        await removeStaged(all, _id);
      }
      for await (const { _id } of files.find({ 'metadata.accountId': account, 'metadata.kind': 'file' })) {
        insist();
        await chunks.deleteMany({ files_id: _id });
        await files.deleteOne({ _id });
      }
    },
    sweep: async () => {
      const before = new Date(now().getTime() - STALE_MS);
      for await (const { _id } of staging.find({ at: { $lt: before } })) await removeStaged(all, _id);
    },
  };
};
