/** The page at /docs: all of it, without a single file from elsewhere. Its style is inline, its script /docs/page.js. */
export const DOCS_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Wildcat API</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
summary { cursor: pointer; padding: .4rem 0 }
details { border-bottom: 1px solid #ddd }
code, pre { font: 14px/1.4 ui-monospace, monospace; background: #f5f5f5; border-radius: 4px }
code { padding: 0 .3em } pre { padding: .8rem; overflow: auto }
b { display: inline-block; min-width: 4.5em }
</style>
<h1>Wildcat API</h1>
<p>The same for machines: <a href="/openapi.json">openapi.json</a></p>
<main id="operations">Loading …</main>
<script src="/docs/page.js"></script>
</html>
`;

/** Reads /openapi.json and shows every operation; all text goes in as text, never as HTML. */
export const DOCS_SCRIPT = `const make = (tag, text, ...children) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  element.append(...children);
  return element;
};
const block = (title, value) => [make('h4', title), make('pre', JSON.stringify(value, null, 2))];
const show = (path, method, operation) => {
  const heading = make('summary', '', make('b', method.toUpperCase()), make('code', path), ' ' + operation.summary);
  const body = operation.requestBody?.content['application/json'];
  const rows = Object.entries(operation.responses).map(([status, { description }]) =>
    make('li', status + ' · ' + description));
  return make('details', '', heading,
    ...(operation.parameters.length ? block('Parameters', operation.parameters) : []),
    ...(body?.example ? block('Example', body.example) : []),
    ...(body ? block('Body', body.schema) : []),
    make('h4', 'Answers'), make('ul', '', ...rows));
};
const main = document.getElementById('operations');
fetch('/openapi.json').then((response) => response.json()).then(({ paths, tags }) => {
  main.replaceChildren(...tags.flatMap(({ name }) => [
    make('h2', name),
    ...Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(name))
      .map(([method, operation]) => show(path, method, operation))),
  ]));
}).catch((error) => { main.textContent = 'openapi.json could not be read: ' + error; });
`;
