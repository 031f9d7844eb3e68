// Frames as a person looks for them: pure, so that it can be tested without a browser.

/** Stanzas that only keep things going: hidden until asked for. */
const QUIET = /^<(iq|ack|ib|success|stream:|xmlstream|presence)/;
const TAGS = ['message', 'receipt', 'ack', 'iq', 'notification', 'presence', 'chatstate', 'call'];

export const tagOf = ({ text }) => /^<([\w:-]+)/.exec(text)?.[1] ?? '';

/** The kind a frame is filed under: its tag, or `other`. */
export const kindOf = (frame) => (TAGS.includes(tagOf(frame)) ? tagOf(frame) : 'other');

/** Whether a frame is one of those wanted: `kind` ('', 'talk' for all but the quiet ones, or a tag), `account`, words. */
export const isWanted = (frame, { kind = '', account = '', words = '' }) => {
  if (kind === 'talk' ? QUIET.test(frame.text) : kind !== '' && kindOf(frame) !== kind) return false;
  if (account !== '' && !frame.device.startsWith(`${account}.`)) return false;
  const text = `${frame.device} ${frame.text}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};

const PIECE = /(<\/?[\w:-]+|\/?>)|( [\w:-]+=)("[^"]*")/g;

/** A frame as pieces `{text, kind?}` with kind `tag`, `name` or `value`. */
export const piecesOf = (text) => {
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(PIECE)) {
    const [whole, tag, name, value] = match;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    if (tag !== undefined) pieces.push({ kind: 'tag', text: tag });
    else pieces.push({ kind: 'name', text: name }, { kind: 'value', text: value });
    end = match.index + whole.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
};

/** All kinds one may pick. */
export const KINDS = ['', 'talk', ...TAGS, 'other'];
