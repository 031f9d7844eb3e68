import { Webhook } from 'standardwebhooks';
import type { Message, Target } from '../ports/webhooks.ts';

/** All that is valid at a moment, as the header `webhook-signature` has them. */
type Sign = (target: Target, message: Message, now: Date) => string;

/**
 * Signs as Standard Webhooks. What a target's secrets are decoded to is kept as long as the target is: decoding takes
 * as long as signing.
 */
export const createSigner = (): Sign => {
  const known = new WeakMap<Target, readonly Readonly<{ webhook: Webhook; until: number }>[]>();
  const signersOf = (target: Target) => {
    const found = known.get(target);
    if (found !== undefined) return found;
    const made = target.secrets.map(({ secret, until }) => ({
      webhook: new Webhook(secret),
      until: until === null ? Number.POSITIVE_INFINITY : Date.parse(until),
    }));
    known.set(target, made);
    return made;
  };
  return (target, { id, body }, now) =>
    signersOf(target)
      .filter(({ until }) => until > now.getTime())
      .map(({ webhook }) => webhook.sign(id, now, body))
      .join(' ');
};
