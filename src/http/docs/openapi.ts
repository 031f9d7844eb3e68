import { z } from 'zod';
import type { Contract } from '../route.ts';
import { EXAMPLES } from '../schemas/examples.ts';
import { failure, noBody } from '../schemas/fields.ts';
import { contentOf } from '../schemas/media-types.ts';
import { fileInJson } from '../schemas/send-media.ts';
import { INFO, TAGS, tagOf, webhooksOf } from './about.ts';

type Json = Readonly<Record<string, unknown>>;

/** The JSON Schema of what goes in or out. What JSON Schema can't say (refinements) is left out. */
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  return json;
};

type Field = readonly [name: string, schema: Json, isRequired: boolean];

const fieldsOf = (schema: z.ZodType): readonly Field[] => {
  const { properties = {}, required = [] } = z
    .object({
      properties: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
      required: z.array(z.string()).optional(),
    })
    .parse(schemaOf(schema, 'input'));
  return Object.entries(properties).map(([name, json]) => [name, json, required.includes(name)]);
};

const parametersOf = ({ params, query }: Contract): Json[] => [
  ...fieldsOf(params).map(([name, schema]) => ({ name, in: 'path', required: true, schema })),
  ...fieldsOf(query).map(([name, schema, required]) => ({ name, in: 'query', required, schema })),
];

/** What any endpoint may be refused with. */
const COMMON: Readonly<Record<number, readonly string[]>> = {
  400: ['Malformed path or percent-encoding in it', 'Wildcat-Min-Position must be a whole number'],
  403: ['Origin not allowed'],
  500: ['Internal error'],
  503: ['NATS or MongoDB does not answer: repeat with the same Idempotency-Key'],
};
const WITH_KEY: Contract['errors'] = { 401: ['API key missing or wrong'] };
const WITH_BODY: Contract['errors'] = {
  400: ['Malformed request body'],
  413: ['Request body too large'],
  415: ['Unsupported media type: send application/json, not compressed'],
};

/** Whatever is not read may have to be written to the log. */
const WRITING: Contract['errors'] = { 507: ['(the log is full)'] };

const errorsOf = ({ errors, open, body, method }: Contract): ReadonlyMap<number, readonly string[]> => {
  const all = new Map<number, readonly string[]>();
  const writing = method === 'get' ? {} : WRITING;
  for (const table of [errors, COMMON, open ? {} : WITH_KEY, body === noBody ? {} : WITH_BODY, writing])
    for (const [status, texts] of Object.entries(table))
      all.set(Number(status), [...new Set([...(all.get(Number(status)) ?? []), ...texts])]);
  return all;
};

const SAID: Readonly<Record<number, string>> = {
  200: 'Done',
  201: 'Made',
  202: 'Accepted, not done yet',
  302: 'To be found at Location',
};

const FAILURE = { $ref: '#/components/schemas/Failure' };

/** With `mayFail`, a plain failure has this status, too. */
const describedContent = (schema: z.ZodType, mayFail: boolean): Json =>
  Object.fromEntries(
    Object.entries(contentOf(schema)).map(([type, body]) => {
      const json = schemaOf(body, 'input');
      return [type, { schema: mayFail ? { anyOf: [json, FAILURE] } : json }];
    }),
  );

const failureContent = (texts: readonly string[]): Json => ({
  'application/json': {
    schema: FAILURE,
    examples: Object.fromEntries(
      texts.map((error, index) => [`error${index + 1}`, { value: { ok: false, error } }]),
    ),
  },
});

const responsesOf = (contract: Contract): Json => {
  const errors = errorsOf(contract);
  const statuses = new Set([...Object.keys(contract.responses).map(Number), ...errors.keys()]);
  return Object.fromEntries(
    [...statuses].sort().map((status) => {
      const schema = contract.responses[status];
      const texts = errors.get(status) ?? [];
      const description = [SAID[status], ...texts].filter(Boolean).join(' · ') || 'Not done';
      const content =
        schema === undefined ? failureContent(texts) : describedContent(schema, texts.length > 0);
      return [String(status), { description, content }];
    }),
  );
};

/** A body that brings a file says it as a form, or as JSON that names or holds the file. */
const withFile = (body: z.ZodType, file: readonly Field[]): Json => {
  const fields = [...fieldsOf(body), ...file].filter(([name]) => name !== 'file');
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, schema]) => [name, schema])),
    required: fields.filter(([, , isRequired]) => isRequired).map(([name]) => name),
  };
};

const requestContentOf = ({ path, body, file }: Contract): Json => {
  const example = EXAMPLES[path] === undefined ? {} : { example: EXAMPLES[path] };
  if (file === undefined) return { 'application/json': { schema: schemaOf(body, 'input'), ...example } };
  const binary: Field = [file, { type: 'string', contentMediaType: 'application/octet-stream' }, true];
  return {
    'multipart/form-data': { schema: withFile(body, [binary]) },
    'application/json': { schema: withFile(body, fieldsOf(fileInJson)), ...example },
  };
};

const operationIdOf = ({ method, path }: Contract): string =>
  [method, ...(path === '/' ? 'root' : path).split(/[^A-Za-z]+/)]
    .filter(Boolean)
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');

const SEND_HEADERS: readonly Json[] = [
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'A request that is repeated under it is sent once, and answered as before',
    schema: { type: 'string', maxLength: 255 },
  },
  {
    name: 'Prefer',
    in: 'header',
    required: false,
    description: 'wait=N: how many seconds to wait for the outcome; respond-async: none at all',
    schema: { type: 'string' },
  },
];

const operationOf = (contract: Contract): Json => {
  const { path, summary, open, body } = contract;
  const isSend = contract.responses[502] !== undefined;
  const requestBody = { required: true, content: requestContentOf(contract) };
  return {
    operationId: operationIdOf(contract),
    summary,
    tags: [tagOf(path)],
    ...(open ? { security: [] } : {}),
    parameters: [...parametersOf(contract), ...(isSend ? SEND_HEADERS : [])],
    ...(body === noBody ? {} : { requestBody }),
    responses: responsesOf(contract),
  };
};

/** The OpenAPI 3.1 document of these contracts. `server`: where the service is reached, if need be as seen from the document. Pure. */
export const openApiOf = (
  contracts: readonly Contract[],
  { server, version }: Readonly<{ server: string; version: string }>,
): Json & { openapi: string } => {
  const paths: Record<string, Record<string, Json>> = {};
  for (const contract of contracts) {
    const path = contract.path.replace(/:([A-Za-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [contract.method]: operationOf(contract) };
  }
  return {
    openapi: '3.1.0',
    info: { ...INFO, version },
    servers: [{ url: server }],
    security: [{ bearer: [] }, { apiKey: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: webhooksOf((schema) => schemaOf(schema, 'output')),
    components: {
      schemas: { Failure: schemaOf(failure, 'output') },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The API_KEY, where one is set' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same' },
      },
    },
  };
};
