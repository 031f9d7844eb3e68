/** The control API refused: its own words, and the field they are about. */
export class Refusal extends Error {
  constructor(answer) {
    super(answer.field === undefined ? answer.message : `${answer.field}: ${answer.message}`);
    this.name = 'Refusal';
  }
}

const answerOf = async (response) => {
  const answer = response.status === 204 ? undefined : await response.json();
  if (!response.ok) throw new Refusal(answer);
  return answer;
};

/** Calls the control API; throws Refusal with its words when it says no. */
export const call = async (method, path, body) =>
  answerOf(
    await fetch(path, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    }),
  );

/** A message of a phone. */
export const say = (phone, message) => call('POST', `/phones/${phone}/messages`, message);

/** A message with a file. */
export const sayFile = async (phone, file, manner) => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(manner)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const headers = { 'content-type': 'application/octet-stream' };
  return answerOf(await fetch(`/phones/${phone}/media?${query}`, { method: 'POST', headers, body: file }));
};

export const mediaUrl = (phone, id, sha256) =>
  `/phones/${phone}/messages/${encodeURIComponent(id)}/media?sha256=${sha256}`;

/** Follows everything that happens; gives a function that ends it. `on`: what to do with each kind of news. */
export const followEvents = (phone, on) => {
  const source = new EventSource(`/events?${new URLSearchParams(phone === undefined ? {} : { phone })}`);
  for (const kind of ['hello', 'state', 'groups', 'pictures', 'messages', 'presence', 'frames']) {
    source.addEventListener(kind, (event) => on[kind](JSON.parse(event.data)));
  }
  source.addEventListener('open', () => on.connection(true));
  source.addEventListener('error', () => on.connection(false));
  return () => source.close();
};
