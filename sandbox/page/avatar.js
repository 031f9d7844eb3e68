import { h } from './dom.js';
import { icon } from './icons.js';
import { hueOf, initialsOf, isGroup } from './people.js';

/** A picture where there is one, else initials on a colour. */
export const avatar = (address, name, { phone, pictures = {} } = {}) => {
  const props = { class: 'avatar', data: { hue: hueOf(address) }, 'aria-hidden': 'true' };
  if (pictures[address] !== undefined && phone !== undefined) {
    const query = new URLSearchParams({ of: address, id: pictures[address] });
    return h('span', props, h('img', { src: `/phones/${phone}/picture?${query}`, alt: '' }));
  }
  return h('span', props, isGroup(address) ? icon('people') : initialsOf(name));
};
