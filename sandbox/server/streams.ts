import { type BinaryNode, node } from '../protocol/node.ts';

/** The last stanza a client reads as that code (generics.js, getErrorCodeFromStreamError). */
export const streamError = (code: number): BinaryNode => {
  switch (code) {
    case 440:
      return node('stream:error', {}, [node('conflict', { type: 'replaced' })]);
    case 401:
      return node('stream:error', { code: '401' }, [node('conflict', { type: 'device_removed' })]);
    // not a stream error at all, but what a client reads as that code (socket.js)
    case 411:
      return node('ib', {}, [node('downgrade_webclient')]);
    case 428:
      return node('xmlstreamend');
    default:
      return node('stream:error', { code: String(code) });
  }
};
