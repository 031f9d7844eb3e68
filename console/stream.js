import { ask, call, query } from './api.js';

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

/** Runs a task again and again; it gives the milliseconds until the next time. Nothing runs while nobody looks. */
export const repeat = async (signal, task) => {
  while (!signal.aborted) {
    const ms = await task();
    await pause(ms, signal);
    while (document.hidden && !signal.aborted) await pause(500, signal);
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
      const path = `events/stream${query({ after: position, account, types })}`;
      const response = await ask(path, { accept: 'text/event-stream', signal });
      tell('live');
      await read(response, seen);
    } catch (error) {
      if (signal.aborted) break;
      if (error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
    }
    if (!signal.aborted) tell('lost');
    await pause(AGAIN_MS, signal);
  }
  tell('idle');
};

/**
 * Loads now, and again whenever events of this filter have come: `load` gets the position that its answer should know
 * of, and those events. Bursts are taken together. What goes wrong goes to `onError`.
 */
export const keepFresh = async ({ account, types, signal, onError }, load) => {
  let waiting = [];
  let timer;
  const safely = async (position, events) => {
    try {
      await load(position, events);
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
  };
  const flush = async () => {
    const events = waiting;
    waiting = [];
    await safely(events.at(-1).position, events);
    timer = waiting.length > 0 && !signal.aborted ? setTimeout(flush, TOGETHER_MS) : undefined;
  };
  const onEvents = (events) => {
    waiting.push(...events);
    timer ??= setTimeout(flush, waiting.length > 20 ? TOGETHER_MS : 30);
  };
  try {
    const after = await headOfLog(signal);
    await safely(after, []);
    await follow({ after, account, types, signal }, onEvents);
  } catch (error) {
    if (!signal.aborted) onError(error);
  }
  clearTimeout(timer);
};
