/** What the codes of a refused message mean (Baileys, messages-recv.js handleBadAck). */
const REFUSALS: Readonly<Record<string, string>> = {
  429: 'WhatsApp asks this account to send more slowly',
  463: 'WhatsApp does not let this account write to new people at the moment',
};

/** Why WhatsApp did not take a message, in words: the same wherever its code is met. */
export const refusalReason = (code: string | null | undefined): string =>
  REFUSALS[code ?? ''] ?? `WhatsApp refused it (${code ?? 'no code'})`;
