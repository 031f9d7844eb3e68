/** Where the service is: beside this page, whatever path a proxy serves both under. */
const BASE = new URL('..', import.meta.url);
const KEY = 'wildcat-api-key';

export const hasKey = () => sessionStorage.getItem(KEY) !== null;
export const keepKey = (key) => sessionStorage.setItem(KEY, key);
export const forgetKey = () => sessionStorage.removeItem(KEY);

/** What the API said no with: its own words, its status, and the id under which its log knows the request. */
export class Refusal extends Error {
  constructor(message, { status = 0, answer = {}, requestId = null } = {}) {
    super(message);
    this.name = 'Refusal';
    Object.assign(this, { status, answer, requestId });
  }
}

const refusalOf = async (response) => {
  const { status, statusText } = response;
  const text = await response.text();
  let answer = {};
  try {
    answer = JSON.parse(text);
  } catch {
    // a proxy between us has its own pages for errors
  }
  const requestId = response.headers.get('x-request-id');
  return new Refusal(answer.error ?? (statusText || 'No answer of the service'), {
    status,
    answer,
    requestId,
  });
};

/** A path whose values are encoded: at`accounts/${id}`. */
export const at = (strings, ...values) => {
  for (const value of values) {
    // a URL has no way to say these as names
    if (/^\.{0,2}$/.test(value)) throw new Refusal('Not found', { status: 404 });
  }
  return String.raw({ raw: strings }, ...values.map((value) => encodeURIComponent(value)));
};

/** A query string of what is given. */
export const query = (fields) => {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
};

const headersOf = ({ accept = 'application/json', body, seen, headers = {} }, key) => ({
  accept,
  ...(key !== null && { 'x-api-key': key }),
  ...(body !== undefined && { 'content-type': 'application/json' }),
  ...(seen !== undefined && { 'wildcat-min-position': String(seen) }),
  ...headers,
});

/** Asks the API. Throws Refusal; where the key is missing or wrong, the window is told `locked`, too. */
export const ask = async (path, options = {}) => {
  const { method = 'GET', body, signal, key = sessionStorage.getItem(KEY) } = options;
  let response;
  try {
    response = await fetch(new URL(path, BASE), {
      method,
      headers: headersOf(options, key),
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Refusal(`The service does not answer (${error.message})`);
  }
  if (response.ok) return response;
  const refusal = await refusalOf(response);
  if (refusal.status === 401 && options.key === undefined) dispatchEvent(new Event('locked'));
  throw refusal;
};

/**
 * Its answer in JSON. `seen`: a position of the log that the answer must know of; where the views can't have it in
 * time, what they have is better than nothing.
 */
export const call = async (path, options = {}) => {
  try {
    return await (await ask(path, options)).json();
  } catch (error) {
    if (error.status !== 503 || options.seen === undefined) throw error;
    const { seen: _, ...rest } = options;
    return (await ask(path, rest)).json();
  }
};

export const post = (path, body, options = {}) => call(path, { method: 'POST', body, ...options });

/** The page's own address of bytes that only this page may ask for. Its type is `type`, whatever was answered. */
export const blobUrl = async (path, { accept = '*/*', type, signal }) => {
  const bytes = await (await ask(path, { accept, signal })).arrayBuffer();
  return URL.createObjectURL(new Blob([bytes], { type }));
};
