import { type Address, keyOf } from '../events/ids.ts';

/** The keys that a person or chat goes by, the canonical one first. */
export const addressKeys = ({ jid, alt }: Address): string[] => [
  ...new Set([keyOf(jid), ...(alt === undefined ? [] : [keyOf(alt)])]),
];

/** Whether both may be the same person or chat. */
export const sameAddress = (one: Address, other: Address): boolean => {
  const keys = addressKeys(one);
  return addressKeys(other).some((key) => keys.includes(key));
};
