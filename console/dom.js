const setProperty = (element, name, value) => {
  if (name === 'on') {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (name === 'data') Object.assign(element.dataset, value);
  else if (value === true) element.setAttribute(name, '');
  else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
};

const present = (children) =>
  children.flat(3).filter((child) => child !== undefined && child !== null && child !== false);

/** Makes an element. Children that are strings become text: nothing is ever read as HTML. */
export const h = (tag, props = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProperty(element, name, value);
  element.append(...present(children).map((child) => (child instanceof Node ? child : String(child))));
  return element;
};

/** Makes these the only children. */
export const fill = (parent, ...children) => parent.replaceChildren(...present(children));

/** Makes the children of an element these, in this order, and leaves alone what stands where it should. */
const arrange = (parent, nodes) => {
  let cursor = parent.firstChild;
  for (const node of nodes) {
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  }
  while (cursor !== null) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
};

/** Says of a link whether it leads to where one is. */
export const markCurrent = (link, isCurrent) => {
  if (isCurrent) link.setAttribute('aria-current', 'true');
  else link.removeAttribute('aria-current');
};

const FOCUSABLE = 'a[href], button, input, select, textarea, summary';

/** What a person has opened and where the focus is, by place: a row that was made anew takes it over. */
const carryOver = (old, fresh) => {
  const unfolded = [...fresh.querySelectorAll('details')];
  for (const [index, { open }] of [...old.querySelectorAll('details')].entries()) {
    if (open && unfolded[index] !== undefined) unfolded[index].open = true;
  }
  const focused = [...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  return focused === -1 ? undefined : fresh.querySelectorAll(FOCUSABLE)[focused];
};

/**
 * Keeps the children of `parent` in step with a list: gives a function that takes the items. Each has a key, and its
 * node is made anew only where the item has changed.
 */
export const keyedList = (parent, keyOf, make) => {
  let kept = new Map();
  return (items) => {
    const now = new Map();
    let focus;
    for (const item of items) {
      const key = keyOf(item);
      const json = JSON.stringify(item);
      const known = kept.get(key);
      const node = known?.json === json ? known.node : make(item);
      if (known !== undefined && known.node !== node) focus ??= carryOver(known.node, node);
      now.set(key, { json, node });
    }
    kept = now;
    arrange(
      parent,
      [...now.values()].map(({ node }) => node),
    );
    focus?.focus();
  };
};
