import { SERVER_JID } from '../../protocol/jid.ts';
import { type BinaryNode, child, node } from '../../protocol/node.ts';
import type { Connection } from '../connection.ts';
import { goLive } from '../live.ts';
import type { World } from '../world.ts';
import { appState } from './app-state.ts';
import { encrypt } from './encrypt.ts';
import { groups } from './groups.ts';
import { multiDevice } from './md.ts';
import { mediaConnection } from './media.ts';
import { blocklist, privacy, props } from './settings.ts';
import type { IqError, IqHandler } from './types.ts';
import { usync } from './usync.ts';

const empty: IqHandler = () => [];

/** Who answers what, by xmlns; a missing one gets the error a real server gives. */
const HANDLERS: Readonly<Record<string, IqHandler>> = {
  abt: props,
  blocklist,
  disappearing_mode: empty,
  encrypt,
  md: multiDevice,
  passive: empty,
  privacy,
  status: empty,
  'urn:xmpp:ping': empty,
  'urn:xmpp:whatsapp:dirty': empty,
  usync,
  'w:g2': groups,
  'w:m': mediaConnection,
  'w:p': empty,
  'w:profile:picture': () => ({ code: 404, text: 'item-not-found' }),
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

const ask = (world: World, connection: Connection, iq: BinaryNode): BinaryNode[] | IqError => {
  const { device } = connection;
  const handler = HANDLERS[iq.attrs.xmlns ?? ''];
  if (device === undefined) return { code: 401, text: 'not-authorized' };
  const answer = handler?.({ world, connection, device }, iq);
  if (answer !== undefined) return answer;
  world.unanswered.add(iq.attrs.xmlns ?? '');
  return { code: 501, text: 'feature-not-implemented' };
};

/** Answers every query, be it with an error: an unanswered one holds its caller for a minute. */
export const handleIq = (world: World, connection: Connection, iq: BinaryNode): void => {
  if (iq.attrs.type === 'result' || iq.attrs.type === 'error') return;
  connection.send(answerTo(iq, ask(world, connection, iq)));
  if (iq.attrs.xmlns === 'passive' && child(iq, 'active') !== undefined) goLive(world, connection);
};
