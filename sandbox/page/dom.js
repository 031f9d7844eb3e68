const setProperty = (element, name, value) => {
  if (name === 'on') {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (name === 'data') Object.assign(element.dataset, value);
  else if (value === true) element.setAttribute(name, '');
  else if (value !== undefined && value !== false) element.setAttribute(name, value);
};

/** Makes an element. Children that are strings become text: nothing is ever read as HTML. */
export const h = (tag, props = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProperty(element, name, value);
  element.append(...children.flat().filter((child) => child !== undefined && child !== false));
  return element;
};

/** Makes the children of an element these, in this order, and leaves alone what stands where it should. */
export const arrange = (parent, nodes) => {
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

/** Keeps what was made for a key until what it was made of has changed. */
export const makeCache = () => {
  const kept = new Map();
  return (key, of, make) => {
    const known = kept.get(key);
    if (known?.of === of) return known.made;
    const made = make(known?.made);
    kept.set(key, { of, made });
    return made;
  };
};

/** Lets the arrow keys move among the buttons of a list. */
export const moveByArrows = (list) => {
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const buttons = [...list.querySelectorAll('button')];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  });
};

/** Sets text only where it differs, so that nothing is selected away. */
export const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};
