import { WildcatError } from '../../errors.ts';
import type { Staged } from '../../ports/files.ts';
import type { HttpDeps } from '../deps.ts';
import type { Upload } from '../schemas/upload.ts';
import { drop } from './uploading.ts';

type Came = Readonly<{ staged: Staged; mimetype: string | undefined; fileName: string | undefined }>;

/** The bytes of the file, fetched where the request only names them; then they are dropped unless they were kept. */
export const withBytes = async <T>(
  deps: HttpDeps,
  account: string,
  { staged, url, ...claimed }: Upload,
  use: (came: Came) => Promise<T>,
): Promise<T> => {
  if (staged !== null) return use({ ...claimed, staged });
  if (url === null) throw new WildcatError('invalid', 'The request brings no file');
  const remote = await deps.remoteFiles(url);
  const fetched = await deps.files.stage(account, remote.bytes, deps.maxUpload);
  try {
    const { mimetype = remote.mimetype, fileName = remote.fileName } = claimed;
    return await use({ staged: fetched, mimetype, fileName });
  } finally {
    await drop(deps, fetched);
  }
};
