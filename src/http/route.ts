import type { WebSocket } from 'ws';
import type { z } from 'zod';
import { parse } from './transport/input.ts';

/** JSON bodies are checked by a schema; anything else (an image, text) is noted down in `media-types.ts`. */
type Responses = Readonly<Record<number, z.ZodType>>;

/**
 * One endpoint of the REST contract: what it takes, what it answers, what it refuses with. The server checks requests
 * with these very schemas, and the OpenAPI document is made from them.
 */
export type Contract<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answers extends Responses = Responses,
> = Readonly<{
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With `:parameter` segments. Also the label of its metrics. */
  path: string;
  summary: string;
  /** Served without the API key. */
  open?: boolean;
  params: Params;
  query: Query;
  /** The field of a form that brings a file; `body` then has it as `file`. */
  file?: string;
  /** A JSON body; `noBody` where none is read. */
  body: Body;
  responses: Answers;
  /** What it refuses with, by status: exact texts, or a description in brackets. */
  errors: Readonly<Record<number, readonly string[]>>;
}>;

/** What a handler may know of the request beside its checked input. */
export type RequestInfo = Readonly<{
  /** x-request-id, taken over or made. */
  id: string;
  /** As it was asked for, still encoded. */
  path: string;
  /** A header's value, '' where it is missing. */
  header: (name: string) => string;
  /** The media type among these that the client likes best, null if it takes none. */
  accepts: (types: readonly string[]) => string | null;
  /** Raised when the answer is out, or the client has hung up. */
  gone: () => AbortSignal;
  /** Whether it asks to become a WebSocket. */
  upgrade: boolean;
}>;

/**
 * `seq`: position of the last event that this request led to; the answer waits until the views have it. `socket` takes
 * over what the request has become; for requests with `upgrade` only.
 */
type Extras = Readonly<{
  headers?: Readonly<Record<string, string>>;
  seq?: number;
  socket?: (socket: WebSocket) => void;
}>;

export type Answer<Answers extends Responses> = {
  [Status in keyof Answers & number]: Extras & Readonly<{ status: Status; body: z.input<Answers[Status]> }>;
}[keyof Answers & number];

type Input<C extends Contract> = Readonly<{
  params: z.output<C['params']>;
  query: z.output<C['query']>;
  body: z.output<C['body']>;
  request: RequestInfo;
}>;

type RawInput = Readonly<{ params: unknown; query: unknown; body: unknown; request: RequestInfo }>;
type AnyAnswer = Extras & Readonly<{ status: number; body: unknown }>;

/** An endpoint ready to be mounted. `handle` throws `invalid` where the input does not satisfy the contract. */
export type Route = Readonly<{ contract: Contract; handle: (input: RawInput) => Promise<AnyAnswer> }>;

/** Ties a handler to its contract: the types of what it gets and may answer follow from the schemas. */
export const route =
  <C extends Contract>(contract: C) =>
  (handler: (input: Input<C>) => Promise<Answer<C['responses']>>): Route => ({
    contract,
    handle: async ({ params, query, body, request }) =>
      handler({
        params: parse<C['params']>(contract.params, params),
        query: parse<C['query']>(contract.query, query),
        body: parse<C['body']>(contract.body, body),
        request,
      }),
  });
