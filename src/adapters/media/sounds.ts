import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { WildcatError } from '../../errors.ts';
import type { MediaTools, Sound } from '../../ports/media-tools.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { withFile } from './temp-file.ts';

const POINTS = 64;
const RATE = 8_000;
/** Samples that are summed up at once: 10 ms. */
const BLOCK = 80;

/** The readers of ffmpeg by media type: named outright, since one that guesses may take a playlist for a sound. */
const DEMUXERS: Readonly<Record<string, string>> = {
  'audio/ogg': 'ogg',
  'video/ogg': 'ogg',
  'application/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/x-wav': 'wav',
  'audio/mp4': 'mov',
  'audio/x-m4a': 'mov',
  'video/mp4': 'mov',
  'video/quicktime': 'mov',
  'video/3gpp': 'mov',
  'audio/aac': 'aac',
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
  'audio/amr': 'amr',
  'audio/aiff': 'aiff',
  'audio/webm': 'matroska',
  'video/webm': 'matroska',
  'video/matroska': 'matroska',
  'audio/x-ms-asf': 'asf',
};

/** Arguments that read a file of this type. Throws `unprocessable` for a type that is not known. */
export const inputOf = (path: string, mimetype: string): string[] => {
  const demuxer = DEMUXERS[mimetype.split(';')[0]?.trim() ?? ''];
  if (demuxer === undefined) throw new WildcatError('unprocessable', `${mimetype} can not be converted`);
  return ['-f', demuxer, '-i', path];
};

/** 64 points from 0 to 100 of loudness measured in equal steps, the loudest being 100. */
export const waveformOf = (loudness: readonly number[]): Uint8Array => {
  const points = Array.from({ length: POINTS }, (_, point) => {
    const from = Math.floor((point * loudness.length) / POINTS);
    const to = Math.max(from + 1, Math.floor(((point + 1) * loudness.length) / POINTS));
    const part = loudness.slice(from, to);
    return part.reduce((sum, each) => sum + each, 0) / Math.max(1, part.length);
  });
  const loudest = Math.max(...points, Number.EPSILON);
  return Uint8Array.from(points, (each) => Math.floor((100 * each) / loudest));
};

/** Takes 16-bit samples as they come, whatever the pieces; tells how many there were and how loud. */
const createMeter = () => {
  const loudness: number[] = [];
  let odd: Buffer = Buffer.alloc(0);
  let [samples, sum] = [0, 0];
  return {
    take: (bytes: Buffer): void => {
      const data = odd.length === 0 ? bytes : Buffer.concat([odd, bytes]);
      const whole = data.length - (data.length % 2);
      odd = data.subarray(whole);
      for (let at = 0; at < whole; at += 2) {
        sum += Math.abs(data.readInt16LE(at));
        samples += 1;
        if (samples % BLOCK === 0) {
          loudness.push(sum / BLOCK);
          sum = 0;
        }
      }
    },
    read: () => ({ seconds: samples / RATE, loudness }),
  };
};

const measure = async (ffmpeg: Ffmpeg, path: string, mimetype: string): Promise<Sound> => {
  const meter = createMeter();
  const output = ['-vn', '-ac', '1', '-ar', String(RATE), '-f', 's16le', 'pipe:1'];
  await ffmpeg([...inputOf(path, mimetype), ...output], meter.take);
  const { seconds, loudness } = meter.read();
  if (seconds === 0) throw new WildcatError('unprocessable', 'There is no sound in the file');
  const waveform = Buffer.from(waveformOf(loudness)).toString('base64');
  return { seconds: Math.max(1, Math.round(seconds)), waveform };
};

const OPUS = ['-vn', '-ac', '1', '-ar', '48000', '-c:a', 'libopus', '-b:a', '32k'];

export const soundTools = (ffmpeg: () => Promise<Ffmpeg | null>): Pick<MediaTools, 'opus' | 'sound'> => ({
  opus: async (source, mimetype, use) => {
    const run = await ffmpeg();
    if (run === null)
      throw new WildcatError('unprocessable', 'This audio would have to be converted, and ffmpeg is missing');
    return withFile(source, async (path, directory) => {
      const out = join(directory, 'out.ogg');
      const shift = ['-avoid_negative_ts', 'make_zero', '-map_metadata', '-1'];
      await run([...inputOf(path, mimetype), ...OPUS, ...shift, '-f', 'ogg', out]);
      return use(createReadStream(out));
    });
  },
  sound: async (source, mimetype) => {
    const run = await ffmpeg();
    return run === null ? null : withFile(source, (path) => measure(run, path, mimetype));
  },
});
