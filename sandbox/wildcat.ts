import { z } from 'zod';
import { handInQr } from './server/pairing.ts';
import { later, type World } from './server/world.ts';

/** A running Wildcat whose accounts may wait for a scan. */
export interface Wildcat {
  readonly url: string;
  readonly apiKey?: string | undefined;
}

/** Milliseconds between two looks, as long as a client shows a QR code that nobody has handed in. */
const LOOK_MS = 1000;

const listed = z.object({
  accounts: z.array(z.object({ _id: z.string(), name: z.string(), hasQR: z.boolean() })),
});
const shown = z.object({ qr: z.string().nullish() });

const ask = async <T>({ url, apiKey }: Wildcat, path: string, schema: z.ZodType<T>): Promise<T> => {
  const headers = apiKey === undefined ? {} : { 'x-api-key': apiKey };
  const response = await fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(LOOK_MS * 5) });
  return schema.parse(await response.json());
};

const handInAll = async (world: World, wildcat: Wildcat): Promise<void> => {
  const { accounts } = await ask(wildcat, '/accounts', listed);
  for (const { _id: id, name } of accounts.filter(({ hasQR }) => hasQR)) {
    const { qr } = await ask(wildcat, `/accounts/${encodeURIComponent(id)}/status`, shown);
    if (qr) handInQr(world, qr, name || id);
  }
};

const isUnknown = (world: World) => [...world.offers.values()].some(({ shown }) => shown === undefined);

/**
 * Hands in the QR codes that accounts of a Wildcat show, so that a person can pick them by name. Looks only while a
 * client waits whose QR code is not known; a Wildcat that does not answer, or shows a code of the past, is asked again.
 */
export const watchWildcat = (world: World, wildcat: Wildcat): void => {
  let looking = false;
  const look = async () => {
    if (looking || !isUnknown(world)) return;
    looking = true;
    await handInAll(world, wildcat).catch(() => undefined);
    later(world, LOOK_MS, () => {
      looking = false;
      void look();
    });
  };
  world.changes.on('change', () => void look());
};
