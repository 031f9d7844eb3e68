import type { LiveSignal } from '../events/live.ts';

/** Tells whoever listens now. Never throws and waits for nobody: what nobody hears is lost, by design. */
export type TellLive = (signal: LiveSignal) => void;
