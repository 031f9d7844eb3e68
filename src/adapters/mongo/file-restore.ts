import { createHash } from 'node:crypto';
import { type Db, ObjectId } from 'mongodb';
import { WildcatError } from '../../errors.ts';
import type { RestoreFile } from '../../ports/files.ts';
import { CHUNK_BYTES, type Chunk, chunkOf, inPieces } from './file-chunks.ts';
import { docOf, type FileDoc, type StagingDoc } from './file-store.ts';

/**
 * Puts files back into the bucket `media` under the ids that events name. As with uploads a row in `staging` goes
 * before the first chunk, so that what a kill leaves is found; the document that makes it a file is written last.
 * Throws `unprocessable` where the bytes are not those that the hash names.
 */
export const createFileRestore = (db: Db, now: () => Date): RestoreFile => {
  const files = db.collection<FileDoc>('media.files');
  const chunks = db.collection<Chunk>('media.chunks');
  const staging = db.collection<StagingDoc>('staging');

  return async (file, source) => {
    const _id = ObjectId.createFromHexString(file.id);
    if ((await files.findOne({ _id }, { projection: { _id: 1 } })) !== null) return;
    const row = { $set: { account: file.account, at: now() } };
    await staging.updateOne({ _id }, row, { upsert: true });
    await chunks.deleteMany({ files_id: _id });
    const hash = createHash('sha256');
    let n = 0;
    for await (const piece of inPieces(source, CHUNK_BYTES)) {
      hash.update(piece);
      await chunks.insertOne(chunkOf(_id, n, piece));
      n += 1;
    }
    if (hash.digest('hex') !== file.sha256)
      throw new WildcatError('unprocessable', `The bytes of file ${file.id} are not those of ${file.sha256}`);
    // One copy per account and content: another one is of a life of the account that ended before this file came.
    const twins = {
      'metadata.accountId': file.account,
      'metadata.sha256': file.sha256,
      'metadata.kind': 'file',
      _id: { $ne: _id },
    } as const;
    for await (const twin of files.find(twins, { projection: { _id: 1 } })) {
      await chunks.deleteMany({ files_id: twin._id });
      await files.deleteOne({ _id: twin._id });
    }
    const { _id: _, ...doc } = docOf(file);
    await files.updateOne({ _id }, { $setOnInsert: doc }, { upsert: true });
    await staging.deleteOne({ _id });
  };
};
