import { call, mediaUrl } from './api.js';
import { attempt } from './dialog.js';
import { h } from './dom.js';
import { durationOf, sizeOf } from './format.js';
import { icon } from './icons.js';

const broken = (why) => h('div', { class: 'broken' }, icon('image'), h('span', {}, why));

/** What a picture or film takes up before it is there: as large as the message says, within the bubble. */
const shape = (element, { width, height }) => {
  if (!width || !height) return element;
  element.setAttribute('width', width);
  element.setAttribute('height', height);
  element.style.aspectRatio = `${width} / ${height}`;
  return element;
};

const picture = (url, message) => {
  const alt = message.text || (message.kind === 'sticker' ? 'Sticker' : 'Photo');
  const image = shape(h('img', { src: url, alt, class: 'picture', decoding: 'async' }), message.media);
  image.addEventListener('error', () => image.replaceWith(broken('This is no picture a browser can show')));
  if (message.kind === 'sticker') return image;
  return h('a', { href: url, target: '_blank', rel: 'noreferrer', 'aria-label': `Open: ${alt}` }, image);
};

const film = (url, { media }) => {
  const video = shape(h('video', { src: url, controls: true, preload: 'metadata', class: 'picture' }), media);
  video.addEventListener('error', () => video.replaceWith(broken('This is no video a browser can show')));
  return video;
};

/** A player as small as a bubble: a button, how far it is, how long it takes. */
const sound = (url, message, phone) => {
  const { kind, media, id, fromMe } = message;
  const audio = new Audio();
  audio.preload = 'none';
  audio.src = url;
  const button = h('button', { class: 'play', 'aria-label': 'Play' }, icon('play'));
  const bar = h('progress', { max: 1, value: 0, 'aria-label': 'Played' });
  const time = h('span', { class: 'time' }, durationOf(media.seconds ?? 0));
  const show = () => {
    button.replaceChildren(icon(audio.paused ? 'play' : 'pause'));
    button.setAttribute('aria-label', audio.paused ? 'Play' : 'Pause');
  };
  const noSound = () => {
    time.textContent = 'no sound';
  };
  button.addEventListener('click', () => {
    if (kind === 'voice' && !fromMe) void attempt(() => call('POST', `/phones/${phone}/messages/${id}/play`));
    if (audio.paused) audio.play().catch(noSound);
    else audio.pause();
  });
  audio.addEventListener('play', show);
  audio.addEventListener('pause', show);
  audio.addEventListener('timeupdate', () => {
    bar.value = audio.duration > 0 ? audio.currentTime / audio.duration : 0;
    time.textContent = durationOf(audio.currentTime);
  });
  return h('div', { class: `sound ${kind}` }, button, bar, time, icon(kind === 'voice' ? 'mic' : 'play'));
};

const paper = (url, { media }) => {
  const name = media.fileName ?? 'file';
  const ending = /\.(\w{1,5})$/.exec(name)?.[1]?.toUpperCase() ?? media.mimetype.split('/').at(-1);
  return h(
    'a',
    { class: 'paper', href: url, download: name },
    icon('file'),
    h('span', {}, name),
    h('small', {}, `${sizeOf(media.length)} · ${ending}`),
  );
};

/** The file of a message, shown or to download. */
export const mediaView = (message, phone) => {
  const { kind, media, id } = message;
  if (media.error !== undefined) return broken(`Not downloaded: ${media.error}`);
  const url = mediaUrl(phone, id, media.sha256);
  if (kind === 'image' || kind === 'sticker') return picture(url, message);
  if (kind === 'video') return film(url, message);
  return kind === 'document' ? paper(url, message) : sound(url, message, phone);
};
