import { Readable } from 'node:stream';
import multer from '@koa/multer';
import type { Context } from 'koa';
import { MulterError, type StorageEngine } from 'multer';
import { fileTooLarge, WildcatError } from '../../errors.ts';
import type { Files, Staged } from '../../ports/files.ts';
import type { Logger } from '../../ports/logger.ts';
import { fileInJson } from '../schemas/send-media.ts';
import type { Upload } from '../schemas/upload.ts';
import { HttpError } from './errors.ts';
import { parse } from './input.ts';

type UploadDeps = Readonly<{
  files: Pick<Files, 'stage' | 'discard'>;
  /** Largest file, in bytes. */
  maxUpload: number;
  logger: Logger;
}>;

/**
 * The fields of a request with its file among them, if there was one, as `file`. `release` drops what was not kept; it
 * never rejects.
 */
export type Received = Readonly<{ body: unknown; release: () => Promise<void> }>;

/** A form has little beside its file. */
const FORM_EXTRA = 1_048_576;
const BASE64_BYTES = 1_048_576;
const LIMITS = { files: 1, fields: 20, fieldSize: 262_144, fieldNameSize: 100 };

/** Drops an upload, never rejecting. What can't be dropped now is swept later: no reason to answer that the request failed. */
export const drop = async ({ files, logger }: UploadDeps, staged: Staged): Promise<void> => {
  try {
    await files.discard(staged);
  } catch (err) {
    logger.warn({ err }, 'an upload was not dropped');
  }
};

/** What multer and busboy say, in our words. */
const refusalOf = (error: unknown, name: string, maxBytes: number): unknown => {
  if (error instanceof WildcatError || error instanceof HttpError) return error;
  if (error instanceof MulterError) {
    if (error.code === 'LIMIT_FILE_SIZE') return fileTooLarge(maxBytes);
    if (error.code === 'LIMIT_UNEXPECTED_FILE' || error.code === 'LIMIT_FILE_COUNT')
      return new WildcatError('invalid', `${name} file is required: one file, in the field ${name}`);
    return new WildcatError('invalid', `Malformed form: ${error.message}`);
  }
  const text = error instanceof Error ? error.message : '';
  const isClients =
    /^(Request (aborted|closed)|Unexpected end of form|Malformed|Multipart:|Unexpected end)/i.test(text);
  return isClients ? new WildcatError('invalid', 'The upload broke off or is no valid form') : error;
};

const readForm = async (ctx: Context, deps: UploadDeps, account: string, name: string): Promise<Received> => {
  const { files, maxUpload } = deps;
  if (Number(ctx.get('content-length') || 0) > maxUpload + FORM_EXTRA) throw fileTooLarge(maxUpload);
  const came: Staged[] = [];
  const release = async (): Promise<void> => {
    for (const staged of came) await drop(deps, staged);
  };
  const storage: StorageEngine = {
    _handleFile: (_request, file, done) => {
      files.stage(account, file.stream, maxUpload).then(
        (staged) => {
          came.push(staged);
          done(null, { size: staged.length });
        },
        (error: unknown) => {
          file.stream.resume(); // what is not read would hold the whole form back
          done(error);
        },
      );
    },
    _removeFile: (_request, _file, done) => done(null),
  };
  // two packages describe one thing, the Koa one incompletely
  const options = { storage, defParamCharset: 'utf8', limits: { ...LIMITS, fileSize: maxUpload } };
  const receive = multer(options as multer.Options).single(name);
  try {
    await receive(ctx, async () => {});
  } catch (error) {
    await release();
    throw refusalOf(error, name, maxUpload);
  }
  const [staged = null] = came;
  const { originalname: fileName, mimetype } = ctx.file ?? {};
  const fields: unknown = ctx.request.body;
  const file: Upload | undefined = staged === null ? undefined : { staged, url: null, mimetype, fileName };
  return { body: { ...(fields as object), file }, release };
};

/** JSON that names a file by `url`, or holds it as `base64`. */
const readJson = async (json: unknown, deps: UploadDeps, account: string): Promise<Received> => {
  const fields = parse(fileInJson, json);
  const about = { mimetype: fields.mimetype, fileName: fields.fileName };
  if (fields.url) {
    return {
      body: { ...fields, file: { staged: null, url: fields.url, ...about } },
      release: async () => {},
    };
  }
  if (!fields.base64) return { body: { ...fields, file: undefined }, release: async () => {} };
  const bytes = Buffer.from(fields.base64, 'base64');
  if (bytes.length > BASE64_BYTES) throw fileTooLarge(BASE64_BYTES);
  const staged = await deps.files.stage(account, Readable.from([bytes]), BASE64_BYTES);
  return { body: { ...fields, file: { staged, url: null, ...about } }, release: () => drop(deps, staged) };
};

/**
 * Reads a request that brings a file in the field `name`, streaming it into the store. `json` reads a JSON body.
 * Throws 413 above the limit and 400 for forms that break off; nothing is left of the file then.
 */
export const receive = async (
  ctx: Context,
  deps: UploadDeps,
  { account, name }: Readonly<{ account: string; name: string }>,
  json: () => Promise<unknown>,
): Promise<Received> =>
  ctx.is('multipart/form-data') ? readForm(ctx, deps, account, name) : readJson(await json(), deps, account);
