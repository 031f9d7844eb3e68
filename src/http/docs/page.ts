/**
 * The page at /docs: all of it, without a single file from elsewhere. Its style is inline, its script /docs/page.js. Links
 * are relative: a proxy may serve it under any path.
 */
export const DOCS_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Wildcat API</title>
<style>
:root { color-scheme: light dark; --line: #8884; --soft: #8881 }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1rem }
h2 { margin: 2rem 0 .3rem } h3 { margin: .8rem 0 .3rem; font-size: 1rem }
summary { cursor: pointer; padding: .4rem 0; overflow-wrap: anywhere }
details { border-bottom: 1px solid var(--line) } details[open] { padding-bottom: .8rem }
code, pre { font: 14px/1.4 ui-monospace, monospace; background: var(--soft); border-radius: 4px }
code { padding: 0 .3em } pre { padding: .8rem; margin: .3rem 0; white-space: pre-wrap; overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem; margin: .3rem 0 }
dd { margin: 0; min-width: 0 }
b { display: inline-block; min-width: 4.5em }
</style>
<h1>Wildcat API</h1>
<p>By hand: <a href="console">the console</a>. The same for machines: <a href="openapi.json">openapi.json</a>; every event: <a href="asyncapi.json">asyncapi.json</a></p>
<header id="about"></header>
<nav id="tags"></nav>
<main id="operations">Loading …</main>
<script src="docs/page.js"></script>
</html>
`;

/**
 * Reads /openapi.json and shows every operation, schemas as TypeScript would write them; all text goes in as text,
 * never as HTML.
 */
export const DOCS_SCRIPT = `const make = (tag, text, ...children) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  element.append(...children);
  return element;
};
const prose = (text) => text.split('\\n\\n').map((part) => make('p', '', ...part.split('\\u0060').map((words, index) =>
  index % 2 ? make('code', words) : words)));

const range = (from, to) => from === undefined && to === undefined ? '' : (from ?? '') + '…' + (to ?? '');
const limits = ({ format, minLength, maxLength, minimum, maximum }) => {
  const far = (limit) => Math.abs(limit) === Number.MAX_SAFE_INTEGER ? undefined : limit;
  const all = [format, range(minLength, maxLength), range(far(minimum), far(maximum))].filter(Boolean).join(', ');
  return all && ' (' + all + ')';
};
const fields = ({ properties, required = [] }, pad) => '{\\n' + Object.entries(properties).map(([name, one]) =>
  pad + '  ' + name + (required.includes(name) ? '' : '?') + ': ' + shape(one, pad + '  ')).join('\\n') + '\\n' + pad + '}';
const shape = (schema, pad = '') => {
  const { $ref, enum: values, anyOf, oneOf, allOf, items, properties, additionalProperties, type } = schema;
  const joined = (list, word) => list.map((one) => shape(one, pad)).join(word);
  if ($ref) return $ref.split('/').pop();
  if ('const' in schema) return JSON.stringify(schema.const);
  if (values) return values.map((value) => JSON.stringify(value)).join(' | ');
  if (anyOf || oneOf) return joined(anyOf || oneOf, ' | ');
  if (allOf) return joined(allOf, ' & ');
  if (items) return (items.anyOf || items.enum || Array.isArray(items.type) ? '(' + shape(items, pad) + ')' : shape(items, pad)) + '[]';
  if (properties && Object.keys(properties).length) return fields(schema, pad);
  if (type === 'object' && additionalProperties?.type) return '{ [name]: ' + shape(additionalProperties, pad) + ' }';
  return [type ?? 'any'].flat().join(' | ') + limits(schema);
};

const terms = (rows) => make('dl', '', ...rows.flatMap(([term, ...about]) =>
  [make('dt', '', make('code', term)), make('dd', '', ...about)]));
const contents = (content = {}) => Object.entries(content).flatMap(([type, { schema, example }]) => [
  make('code', type), make('pre', shape(schema)),
  ...(example ? [make('pre', JSON.stringify(example, null, 2))] : []),
]);
const part = (title, ...children) => children.length ? [make('h3', title), ...children] : [];
const answer = ([status, { description, content }]) =>
  [status, ...description.split(' · ').map((text) => make('div', text)), ...(status < '3' ? contents(content) : [])];
const show = (path, method, { operationId, summary, parameters, requestBody, responses }) => {
  const heading = make('summary', '', make('b', method.toUpperCase()), make('code', path), ' ' + summary);
  const rows = parameters.map(({ name, in: place, required, description, schema }) =>
    [name, [place, required ? '' : 'optional', description, shape(schema)].filter(Boolean).join(' · ')]);
  const details = make('details', '', heading,
    ...part('Parameters', ...(rows.length ? [terms(rows)] : [])),
    ...part('Body', ...contents(requestBody?.content)),
    ...part('Answers', terms(Object.entries(responses).map(answer))));
  details.id = operationId;
  details.addEventListener('toggle', () => { if (details.open) history.replaceState(null, '', '#' + operationId); });
  return details;
};

const flat = (paths, tag) => Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods)
  .filter(([, operation]) => operation.tags.includes(tag))
  .map(([method, operation]) => show(path, method, operation)));
const section = (document, { name, description }) => {
  const heading = make('h2', name);
  heading.id = name;
  return [heading, make('div', description), ...flat(document.paths, name),
    ...flat({ 'your URL': document.webhooks.delivery }, name)];
};
const find = () => {
  const found = document.getElementById(location.hash.slice(1));
  if (found?.tagName === 'DETAILS') found.open = true;
  found?.scrollIntoView();
};
const main = document.getElementById('operations');
fetch('openapi.json').then((response) => response.json()).then((read) => {
  document.getElementById('about').append(...prose(read.info.description));
  document.getElementById('tags').append(...read.tags.map(({ name }) => {
    const link = make('a', name);
    link.href = '#' + name;
    return link;
  }));
  main.replaceChildren(...read.tags.flatMap((tag) => section(read, tag)));
  find();
  addEventListener('hashchange', find);
}).catch((error) => { main.textContent = 'openapi.json could not be read: ' + error; });
`;
