/** One state; whoever draws is told once per frame, however often it changed. */
export const makeStore = (initial) => {
  const listeners = new Set();
  let state = initial;
  let scheduled = false;
  const tell = () => {
    scheduled = false;
    for (const listener of listeners) listener(state);
  };
  return {
    get: () => state,
    /** Tells them now. */
    draw: tell,
    set: (change) => {
      state = { ...state, ...change };
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(tell);
    },
    /** Gives a function that ends it. */
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** A value that outlives the page; `fallback` where there is none, or none can be kept. */
export const recall = (key, fallback) => {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
};

export const keep = (key, value) => {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // a browser that keeps nothing: the page works, and forgets
  }
};
