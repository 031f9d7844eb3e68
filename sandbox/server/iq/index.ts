import { SERVER_JID } from '../../protocol/jid.ts';
import { type BinaryNode, child, node } from '../../protocol/node.ts';
import type { Connection } from '../connection.ts';
import { goLive } from '../live.ts';
import type { Hold } from '../trouble.ts';
import { unlessHeld, type World } from '../world.ts';
import { appState } from './app-state.ts';
import { disappearingMode } from './disappearing.ts';
import { encrypt } from './encrypt.ts';
import { groups } from './groups.ts';
import { multiDevice } from './md.ts';
import { mediaConnection } from './media.ts';
import { mex } from './mex.ts';
import { newsletterPosts } from './newsletter.ts';
import { about, profilePicture } from './profile.ts';
import { blocklist, privacy, props } from './settings.ts';
import type { IqError, IqHandler } from './types.ts';
import { usync } from './usync.ts';

const empty: IqHandler = () => [];

/** Who answers what, by xmlns; a missing one gets the error a real server gives. */
const HANDLERS: Readonly<Record<string, IqHandler>> = {
  abt: props,
  blocklist,
  disappearing_mode: disappearingMode,
  encrypt,
  md: multiDevice,
  newsletter: newsletterPosts,
  passive: empty,
  privacy,
  status: about,
  'urn:xmpp:ping': empty,
  'urn:xmpp:whatsapp:dirty': empty,
  usync,
  'w:g2': groups,
  'w:m': mediaConnection,
  'w:mex': mex,
  'w:p': empty,
  'w:profile:picture': profilePicture,
  'w:stats': empty,
  'w:sync:app:state': appState,
};

const isError = (answer: BinaryNode[] | IqError): answer is IqError => 'code' in answer;

const answerTo = (iq: BinaryNode, answer: BinaryNode[] | IqError): BinaryNode => {
  const attrs = { from: iq.attrs.to ?? SERVER_JID, id: iq.attrs.id };
  if (isError(answer)) {
    const error = node('error', { code: String(answer.code), text: answer.text });
    return node('iq', { ...attrs, type: 'error' }, [error]);
  }
  return node('iq', { ...attrs, type: 'result' }, answer.length === 0 ? undefined : answer);
};

/** What a client that is not linked yet may ask. */
type AskUnpaired = (iq: BinaryNode) => BinaryNode[] | IqError | undefined;

const ask = (
  world: World,
  connection: Connection,
  iq: BinaryNode,
  unpaired?: AskUnpaired,
): BinaryNode[] | IqError => {
  const { device } = connection;
  const handler = HANDLERS[iq.attrs.xmlns ?? ''];
  if (device === undefined) return unpaired?.(iq) ?? { code: 401, text: 'not-authorized' };
  const answer = handler?.({ world, connection, device }, iq);
  if (answer !== undefined) return answer;
  world.unanswered.add(iq.attrs.xmlns ?? '');
  return { code: 501, text: 'feature-not-implemented' };
};

/** Whether trouble has the answer to a query come late, or never. */
const holdOf = ({ device }: Connection, iq: BinaryNode): Hold => {
  const iqs = device?.phone.trouble.iqs;
  return iqs?.xmlns === undefined || iqs.xmlns === iq.attrs.xmlns ? iqs?.hold : undefined;
};

/** Answers every query, be it with an error: an unanswered one holds its caller for a minute. */
export const handleIq = (
  world: World,
  connection: Connection,
  iq: BinaryNode,
  unpaired?: AskUnpaired,
): void => {
  if (iq.attrs.type === 'result' || iq.attrs.type === 'error') return;
  const answer = answerTo(iq, ask(world, connection, iq, unpaired));
  unlessHeld(world, holdOf(connection, iq), () => {
    connection.send(answer);
    if (iq.attrs.xmlns === 'passive' && child(iq, 'active') !== undefined) goLive(world, connection);
  });
};
