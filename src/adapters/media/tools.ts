import { join } from 'node:path';
import type { Logger } from '../../ports/logger.ts';
import type { MediaTools } from '../../ports/media-tools.ts';
import { type Ffmpeg, findFfmpeg, runFfmpeg } from './ffmpeg.ts';
import { picture, profile, readPicture, sticker } from './images.ts';
import { soundTools } from './sounds.ts';
import { withFile } from './temp-file.ts';

const SECONDS = /Duration: (\d+):(\d+):(\d+)/;
const SIZE = /Video: .*?, (\d{2,5})x(\d{2,5})/;

const numbers = (pattern: RegExp, words: string): number[] =>
  (pattern.exec(words) ?? []).slice(1).map(Number);

/** The first picture of a film, with what ffmpeg says of it. */
const readFilm = async (ffmpeg: Ffmpeg, path: string, directory: string) => {
  const still = join(directory, 'still.jpg');
  const words = await ffmpeg(['-i', path, '-an', '-frames:v', '1', '-f', 'image2', still]);
  const { thumbnail, ...shown } = await readPicture(still);
  const [hours = 0, minutes = 0, rest = 0] = numbers(SECONDS, words);
  const [width = shown.width, height = shown.height] = numbers(SIZE, words);
  return { width, height, thumbnail, seconds: hours * 3_600 + minutes * 60 + rest };
};

/** Tools that are looked for, and loaded, at their first use. `ffmpegPath`: the one to take, instead of what is found. */
export const createMediaTools = (ffmpegPath: string | undefined, logger: Logger): MediaTools => {
  let found: Promise<Ffmpeg | null> | null = null;
  const ffmpeg = (): Promise<Ffmpeg | null> => {
    found ??= findFfmpeg(ffmpegPath).then((program) => {
      logger.info({ program }, 'ffmpeg looked for');
      return program === null ? null : runFfmpeg(program);
    });
    return found;
  };
  return {
    sniff: async (head) => {
      const { fileTypeFromBuffer } = await import('file-type');
      return (await fileTypeFromBuffer(head))?.mime ?? null;
    },
    picture,
    profile,
    sticker,
    film: async (source) => {
      const run = await ffmpeg();
      if (run === null) return null;
      return withFile(source, (path, directory) => readFilm(run, path, directory));
    },
    ...soundTools(ffmpeg),
  };
};
