import { z } from 'zod';
import { type FrameLineView, frameLineView } from '../control/frames.ts';
import type { Call } from './call.ts';

export type { FrameLineView };

export interface FrameQuery {
  readonly account?: string;
  /** Only frames with a higher number. */
  readonly after?: number;
  /** The newest so many (1,000). */
  readonly limit?: number;
}

export const listFrames = async (call: Call, options: FrameQuery): Promise<FrameLineView[]> => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) query.set(name, String(value));
  return (await call(z.object({ frames: z.array(frameLineView) }), 'GET', `/frames?${query}`)).frames;
};
