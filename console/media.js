import { at, blobUrl, query } from './api.js';
import { h } from './dom.js';
import { sizeOf } from './format.js';
import { actionButton, problemNote } from './parts.js';

/** What a browser may show in place; anything else is only ever saved. */
const SHOWN = /^(image\/(jpeg|png|gif|webp|avif)|audio\/[\w.+-]+|video\/[\w.+-]+)$/;
/** Bytes that are fetched unasked. */
const UNASKED = 3_000_000;

const essence = (mimetype) => (mimetype ?? '').split(';')[0].trim().toLowerCase();

const load = (message, type, signal) => {
  const { accountId, messageId, chatId } = message;
  const path = `${at`accounts/${accountId}/messages/${messageId}/media`}${query({ chatId })}`;
  return blobUrl(path, { type, signal });
};

const viewOf = (type, src, label) => {
  if (type.startsWith('image/')) return h('img', { src, alt: label });
  return h(type.startsWith('audio/') ? 'audio' : 'video', { src, controls: true, 'aria-label': label });
};

const save = (href, name) => h('a', { href, download: name }).click();

/** Resolves when an element has come into sight. */
const inSight = (element, signal) =>
  new Promise((resolve) => {
    const watcher = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      watcher.disconnect();
      resolve();
    });
    watcher.observe(element);
    signal.addEventListener('abort', () => watcher.disconnect(), { once: true });
  });

/** The file of a message: small pictures at once, the rest on demand. */
export const mediaOf = (message, signal) => {
  const { mediaSize, mediaType, mediaMimetype, mediaFileName } = message;
  const type = essence(mediaMimetype);
  const label = message.caption || mediaFileName || mediaType || 'file';
  const problem = problemNote();
  const size = mediaSize === null ? '' : ` · ${sizeOf(mediaSize)}`;
  const place = h('div', { class: 'media' });
  const show = async () => {
    const url = await load(message, type, signal);
    signal.addEventListener('abort', () => URL.revokeObjectURL(url), { once: true });
    place.replaceChildren(viewOf(type, url, label));
  };
  const download = async () => {
    const url = await load(message, 'application/octet-stream', signal);
    save(url, mediaFileName ?? `${message.messageId}`);
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  const isShown = SHOWN.test(type);
  const word = isShown ? 'Show' : 'Save';
  place.append(actionButton(`${word} ${label}${size}`, problem, isShown ? show : download), problem.node);
  if (type.startsWith('image/') && isShown && (mediaSize ?? 0) <= UNASKED) {
    inSight(place, signal)
      .then(show)
      .catch((error) => {
        if (!signal.aborted) problem.show(error);
      });
  }
  return place;
};
