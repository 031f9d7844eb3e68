/** How something that would be sent is treated instead: not at all, or late by so many milliseconds. */
export type Hold = 'withhold' | number | undefined;

interface Throttle {
  readonly perSecond: number;
  readonly code: number;
  /** The second that is counted, and how many it has seen. */
  second: number;
  used: number;
}

/** What goes wrong for the companions of one account, until it is reset. Counts go down as they are used up. */
export interface Trouble {
  /** Server acks of the messages companions send. */
  acks: Hold;
  /** Delivery and read receipts for companions. */
  receipts: Hold;
  /** Answers to queries of companions, of one namespace or all. */
  iqs: { readonly hold: Hold; readonly xmlns: string | undefined };
  /** The second name of people, LID or phone number, which companions are told with messages and by usync. */
  names: 'withhold' | undefined;
  /** Messages of companions beyond so many per second are acked with an error and go nowhere. */
  throttle: Throttle | undefined;
  /** Receipts of companions that get lost on the wire. */
  loseReceipts: number;
  /** Messages of companions that get lost on the wire. */
  loseMessages: number;
  /** Ciphertexts for companions, and from them to other people, that are damaged. */
  tamperIn: number;
  tamperOut: number;
  /** Messages for companions that are pushed twice. */
  duplicate: number;
  /** Messages of companions that are acked with an error and go nowhere. */
  reject: { code: number; times: number };
  /** It may write to nobody new: until then, in seconds since 1970. */
  restricted: { readonly until: number; readonly reason: string } | undefined;
  /** Logins that are refused. */
  refuse: { code: number; times: number };
  /** Files it uploads. */
  refuseUploads: { code: number; times: number };
  /** Downloads of files that phones sent to it. */
  refuseDownloads: { code: number; times: number };
  /** Uploads that are kept, but whose answer breaks off in its middle, never comes, or names another place first. */
  cutUploads: number;
  hangUploads: number;
  redirectUploads: number;
  /** Downloads that stop in their middle, and stay open. */
  hangDownloads: number;
}

export const noTrouble = (): Trouble => ({
  acks: undefined,
  receipts: undefined,
  iqs: { hold: undefined, xmlns: undefined },
  names: undefined,
  throttle: undefined,
  loseReceipts: 0,
  loseMessages: 0,
  tamperIn: 0,
  tamperOut: 0,
  duplicate: 0,
  reject: { code: 0, times: 0 },
  restricted: undefined,
  refuse: { code: 0, times: 0 },
  refuseUploads: { code: 0, times: 0 },
  refuseDownloads: { code: 0, times: 0 },
  cutUploads: 0,
  hangUploads: 0,
  redirectUploads: 0,
  hangDownloads: 0,
});

type Counter = { [Name in keyof Trouble]: Trouble[Name] extends number ? Name : never }[keyof Trouble];

/** Whether it is this one's turn to go wrong; counts down. */
export const strikes = (trouble: Trouble, counter: Counter): boolean => {
  if (trouble[counter] <= 0) return false;
  trouble[counter] -= 1;
  return true;
};

/** The code to refuse with, if it is this one's turn; counts down. */
export const refusal = (what: Trouble['refuse']): number | undefined => {
  if (what.times <= 0) return undefined;
  what.times -= 1;
  return what.code;
};

/** The code to refuse a message with that comes too soon after others; counts it. `now` in milliseconds. */
export const throttled = ({ throttle }: Trouble, now: number): number | undefined => {
  if (throttle === undefined) return undefined;
  const second = Math.floor(now / 1000);
  if (throttle.second !== second) Object.assign(throttle, { second, used: 0 });
  throttle.used += 1;
  return throttle.used > throttle.perSecond ? throttle.code : undefined;
};

/** Whether a device is not told the second name of people. */
export const namesHeld = ({
  phone,
  device,
}: {
  readonly phone: { readonly trouble: Trouble };
  readonly device: number;
}) => device !== 0 && phone.trouble.names === 'withhold';
