import { type BinaryNode, node } from '../protocol/node.ts';

/** The stream error a client reads as that code (generics.js, getErrorCodeFromStreamError). */
export const streamError = (code: number): BinaryNode => {
  switch (code) {
    case 440:
      return node('stream:error', {}, [node('conflict', { type: 'replaced' })]);
    case 401:
      return node('stream:error', { code: '401' }, [node('conflict', { type: 'device_removed' })]);
    default:
      return node('stream:error', { code: String(code) });
  }
};
