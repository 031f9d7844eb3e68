import { ask, call, query, Refusal } from './api.js';

const AGAIN_MS = 2_000;
const TOGETHER_MS = 400;

/** Resolves after so many milliseconds, or when `signal` is raised. */
export const pause = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });

/** Resolves once somebody looks at this tab. */
const beingSeen = async (signal) => {
  while (document.hidden && !signal.aborted) await pause(300, signal);
};

/** Runs a task again and again; it gives the milliseconds until the next time. Nothing runs while nobody looks. */
export const repeat = async (signal, task) => {
  while (!signal.aborted) {
    const ms = await task();
    await pause(ms, signal);
    await beingSeen(signal);
  }
};

/** The events in what has come of a stream so far, and the rest, which is not whole yet. */
export const framesOf = (text) => {
  const frames = text.split('\n\n');
  const rest = frames.pop();
  const events = frames.flatMap((frame) => {
    const data = frame.split('\n').filter((line) => line.startsWith('data: '));
    return data.length === 0 ? [] : [JSON.parse(data.map((line) => line.slice(6)).join('\n'))];
  });
  return { events, rest };
};

const read = async (response, onEvents) => {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const { events, rest } = framesOf(text + value);
    text = rest;
    if (events.length > 0) onEvents(events);
  }
};

const tell = (state) => dispatchEvent(new CustomEvent('pulse', { detail: state }));

/** The position at which the log ends now. */
export const headOfLog = async (signal) => (await call('events?after=now&limit=1', { signal })).head;

/** What may be over in a moment: no answer, too much at once, something behind the service is away. */
const mayPass = ({ status }) => status === 0 || status === 429 || status >= 500;

/** Opens the stream and reads it to its end; it is given up when nobody looks, since all tabs share six connections. */
const readWhileSeen = async (path, signal, onEvents) => {
  const closing = new AbortController();
  const close = () => document.hidden && closing.abort();
  document.addEventListener('visibilitychange', close);
  try {
    const stop = AbortSignal.any([signal, closing.signal]);
    const response = await ask(path, { accept: 'text/event-stream', signal: stop });
    tell('live');
    await read(response, onEvents);
  } finally {
    document.removeEventListener('visibilitychange', close);
  }
};

/**
 * Follows the log from behind `after` on until `signal` is raised, over lost connections, without a gap. Throws
 * Refusal where the log says no.
 */
export const follow = async ({ after, account, types, signal }, onEvents) => {
  let position = after;
  const seen = (events) => {
    position = events.at(-1).position;
    onEvents(events);
  };
  while (!signal.aborted) {
    try {
      await readWhileSeen(`events/stream${query({ after: position, account, types })}`, signal, seen);
    } catch (error) {
      if (error instanceof Refusal && !mayPass(error)) throw error;
    }
    if (signal.aborted) break;
    if (document.hidden) {
      tell('idle');
      await beingSeen(signal);
    } else {
      tell('lost');
      await pause(AGAIN_MS, signal);
    }
  }
  tell('idle');
};

/**
 * Loads now, and again whenever events of this filter have come: `load` gets the position that its answer should know
 * of, and those events. Bursts are taken together. What goes wrong goes to `onError`, and is tried again where it may
 * pass.
 */
export const keepFresh = async ({ account, types, signal, onError }, load) => {
  let waiting = [];
  let timer;
  const failed = (error) => {
    if (!signal.aborted) onError(error);
    return !signal.aborted && mayPass(error);
  };
  const flush = async () => {
    const events = waiting;
    waiting = [];
    let ms = TOGETHER_MS;
    try {
      await load(events.at(-1).position, events);
    } catch (error) {
      if (failed(error)) {
        waiting = [...events, ...waiting];
        ms = AGAIN_MS;
      }
    }
    timer = waiting.length > 0 && !signal.aborted ? setTimeout(flush, ms) : undefined;
  };
  const onEvents = (events) => {
    waiting.push(...events);
    timer ??= setTimeout(flush, waiting.length > 20 ? TOGETHER_MS : 30);
  };
  const begin = async () => {
    try {
      const after = await headOfLog(signal);
      await load(after, []);
      await follow({ after, account, types, signal }, onEvents);
      return false;
    } catch (error) {
      return failed(error);
    }
  };
  while (await begin()) await pause(AGAIN_MS, signal);
  clearTimeout(timer);
};
