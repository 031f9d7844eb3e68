/** How something that would be sent is treated instead: not at all, or late by so many milliseconds. */
export type Hold = 'withhold' | number | undefined;

/** What goes wrong for the companions of one account, until it is reset. Counts go down as they are used. */
export interface Trouble {
  /** Server acks of the messages companions send. */
  acks: Hold;
  /** Delivery and read receipts for companions. */
  receipts: Hold;
  /** So many receipts of companions get lost on the wire. */
  loseReceipts: number;
  /** So many ciphertexts for (`in`) or from (`out`) companions are damaged. */
  tamperIn: number;
  tamperOut: number;
  /** So many logins are refused with this failure code. */
  refuse: { code: number; times: number };
}

export const noTrouble = (): Trouble => ({
  acks: undefined,
  receipts: undefined,
  loseReceipts: 0,
  tamperIn: 0,
  tamperOut: 0,
  refuse: { code: 503, times: 0 },
});
