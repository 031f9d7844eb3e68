import { proto } from '@whiskeysockets/baileys';
import { openGcm, sealGcm, sha256 } from '../protocol/media.ts';
import type { Random } from '../protocol/random.ts';
import type { Poll } from '../server/shown.ts';
import { hmac } from '../signal/derive.ts';

/** Who votes in whose poll; jids as both sides write them. */
interface VoteParties {
  readonly pollId: string;
  readonly creator: string;
  readonly voter: string;
}

/** The key of one voter's votes in a poll, from the poll's secret (process-message.js, decryptPollVote). */
const voteKey = (secret: Buffer, { pollId, creator, voter }: VoteParties): Buffer =>
  hmac(
    hmac(Buffer.alloc(32), secret),
    Buffer.from(pollId),
    Buffer.from(creator),
    Buffer.from(voter),
    Buffer.from('Poll Vote'),
    Buffer.from([1]),
  );
const aadOf = ({ pollId, voter }: VoteParties) => Buffer.from(`${pollId}\0${voter}`);

/** Encrypts a vote for these options; none takes the vote back. */
export const sealVote = (
  options: readonly string[],
  secret: Buffer,
  parties: VoteParties,
  random: Random,
): proto.Message.IPollEncValue => {
  const vote = proto.Message.PollVoteMessage.encode({
    selectedOptions: options.map((option) => sha256(Buffer.from(option))),
  }).finish();
  const encIv = random(12);
  return { encIv, encPayload: sealGcm(vote, voteKey(secret, parties), encIv, aadOf(parties)) };
};

/** The hashes (hex) of the options voted for; undefined if the vote was not made by these parties. */
export const openVote = (
  vote: proto.Message.IPollEncValue,
  secret: Buffer,
  parties: VoteParties,
): string[] | undefined => {
  const sealed = Buffer.from(vote.encPayload ?? []);
  const iv = Buffer.from(vote.encIv ?? []);
  try {
    const plain = openGcm(sealed, voteKey(secret, parties), iv, aadOf(parties));
    return (proto.Message.PollVoteMessage.decode(plain).selectedOptions ?? []).map((hash) =>
      Buffer.from(hash).toString('hex'),
    );
  } catch {
    return undefined;
  }
};

/** The tally after someone's vote, which replaces an earlier one; hashes of no option are left out. */
export const countVote = (poll: Poll, voter: string, hashes: readonly string[]): Poll => ({
  ...poll,
  options: poll.options.map(({ name, voters }) => {
    const others = voters.filter((other) => other !== voter);
    const chosen = hashes.includes(sha256(Buffer.from(name)).toString('hex'));
    return { name, voters: chosen ? [...others, voter] : others };
  }),
});
