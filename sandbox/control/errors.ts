import type { Middleware } from 'koa';
import type { z } from 'zod';

/** A refusal the caller is told: status, code, and the field that is wrong if it is one. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(status: number, code: string, message: string, field?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

export const notFound = (message: string): ControlError => new ControlError(404, 'not_found', message);

/** Reads an input by its schema. Throws ControlError 400 naming the first field that is wrong. */
export const parse = <T>(schema: z.ZodType<T>, input: unknown): T => {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join('.');
  throw new ControlError(400, 'bad_request', issue?.message ?? 'bad input', field || undefined);
};

/** What a caller is told: our own refusals as they are, bad JSON and the like by their status, the rest as 500. */
const told = (error: unknown): { readonly status: number; readonly body: Record<string, unknown> } => {
  if (error instanceof ControlError) {
    const { status, code, message, field } = error;
    return { status, body: { error: code, message, field } };
  }
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  return { status, body: { error: status < 500 ? 'bad_request' : 'internal', message } };
};

/** Turns what is thrown into `{error, message, field?}`; an unknown path is a 404 of the same shape. */
export const answerErrors: Middleware = async (ctx, next) => {
  try {
    await next();
    if (ctx.status === 404 && ctx.body === undefined) throw notFound(`no ${ctx.method} ${ctx.path}`);
    if (ctx.status === 405) throw new ControlError(405, 'method_not_allowed', `no ${ctx.method} here`);
  } catch (error) {
    const { status, body } = told(error);
    ctx.status = status;
    ctx.body = body;
  }
};
