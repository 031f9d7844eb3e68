import { afterEach, type TestContext } from 'node:test';
import type { FrameLineView } from '../../sandbox/client.ts';

/** What the dump needs of a sandbox. */
interface WithFrames {
  readonly control: { readonly frames: (options: { limit: number }) => Promise<FrameLineView[]> };
}

const LAST = 120;

/** `12:00:00.000 4915….1 -> <message …>`: `->` leaves the server, `<-` comes in. */
const frameText = ({ at, device, direction, text }: FrameLineView): string =>
  `${new Date(at).toISOString().slice(11, 23)} ${device} ${direction === 'out' ? '->' : '<-'} ${text}`;

/** Prints the last frames of the sandbox as diagnostics of every test in the file that fails. */
export const dumpFramesOnFailure = (sandbox: () => WithFrames | undefined): void => {
  afterEach(async (context) => {
    const { passed, name } = context as TestContext & { readonly passed: boolean };
    const control = sandbox()?.control;
    if (passed || control === undefined) return;
    // a sandbox that is gone, in a process of its own, has taken its frames with it
    const frames = await control.frames({ limit: LAST }).catch(() => []);
    process.stderr.write(`frames before the failure of "${name}":\n${frames.map(frameText).join('\n')}\n`);
  });
};
