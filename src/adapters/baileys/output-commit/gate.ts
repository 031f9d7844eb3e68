/** The part of a `ws` socket that frames leave by. */
export type FrameSocket = { send: (frame: Uint8Array, callback?: (error?: Error) => void) => void };

type Frame = { readonly bytes: Uint8Array; readonly left: (() => void)[]; after: number | null };

export type Gate = Readonly<{
  /** Sends what may leave by now; to be called whenever `durable` has moved. */
  pump: () => void;
  /** Calls `left` when the newest frame so far has been handed to the socket (at once if none waits). */
  onceLeft: (left: () => void) => void;
  /** Drops what still waits and lets nothing through any more. */
  close: () => void;
}>;

export type GateDeps = Readonly<{
  newest: () => number;
  durable: () => number;
  /** Whether this process still owns the account. */
  isValid: () => boolean;
  onInvalid: () => void;
  /** Runs what sends several frames, so that they leave in one write. */
  together: (act: () => void) => void;
}>;

/**
 * Output commit: replaces `socket.send`, so that a frame leaves only after everything that came before it is on
 * disk: a receipt after its event and ratchet, a send after its attempt record. Frames keep their order. The caller
 * is told at once that its frame is gone, since Baileys walks on only then.
 *
 * What "came before" is taken one turn of the event loop after the call: Baileys sends some acknowledgements
 * (newsletters, history, app state keys) just ahead of the event or the key that they acknowledge.
 */
export const createGate = (socket: FrameSocket, deps: GateDeps): Gate => {
  const { newest, durable, isValid, onInvalid, together } = deps;
  const send = socket.send.bind(socket);
  let frames: Frame[] = [];
  let stamped = 0;
  let scheduled = false;
  let closed = false;

  const mayLeave = (frame: Frame | undefined): frame is Frame =>
    frame !== undefined && frame.after !== null && frame.after <= durable();

  /** Gives those that left. */
  const letOut = (): readonly Frame[] => {
    const gone: Frame[] = [];
    for (let frame = frames[0]; mayLeave(frame); frame = frames[gone.length]) {
      if (!isValid()) {
        close();
        onInvalid();
        break;
      }
      send(frame.bytes);
      gone.push(frame);
    }
    frames.splice(0, gone.length);
    stamped -= gone.length;
    return gone;
  };
  const pump = (): void => {
    if (!mayLeave(frames[0])) return;
    let gone: readonly Frame[] = [];
    together(() => {
      gone = letOut();
    });
    // only now are they out of this process' hands
    for (const { left } of gone) for (const tell of left) tell();
  };

  const stamp = (): void => {
    scheduled = false;
    const after = newest();
    for (const frame of frames.slice(stamped)) frame.after = after;
    stamped = frames.length;
    pump();
  };

  const close = (): void => {
    closed = true;
    frames = [];
  };

  socket.send = (bytes, callback) => {
    if (!closed) {
      frames.push({ bytes, after: null, left: [] });
      if (!scheduled) setImmediate(stamp);
      scheduled = true;
    }
    callback?.();
  };

  return {
    pump,
    onceLeft: (left) => {
      const last = frames.at(-1);
      if (last === undefined) left();
      else last.left.push(left);
    },
    close,
  };
};
