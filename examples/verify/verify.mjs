// node verify.mjs SECRET webhook-id webhook-timestamp webhook-signature < body
import { createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';

/** Whether a webhook is genuine and at most five minutes old. `body`: the very bytes that came. */
export const verify = (secret, { id, timestamp, signature = '' }, body) => {
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return signature.split(' ').some((one) => {
    const given = Buffer.from(one.startsWith('v1,') ? one.slice(3) : '', 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
};

const [, program = ''] = process.argv;
if (existsSync(program) && realpathSync(program) === import.meta.filename) {
  const [secret, id, timestamp, signature] = process.argv.slice(2);
  process.exit(verify(secret, { id, timestamp, signature }, readFileSync(0)) ? 0 : 1);
}
