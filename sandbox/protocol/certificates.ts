import { proto } from '@whiskeysockets/baileys';
import { type KeyPair, makeKeyPair, sign } from './curve.ts';
import type { Random } from './random.ts';

/** What the server proves itself with in the Noise handshake. */
export interface ServerIdentity {
  /** Its public half is what a client must hold in WA_CERT_DETAILS.PUBLIC_KEY. */
  readonly root: KeyPair;
  readonly static: KeyPair;
  /** Encoded CertChain: root signs the intermediate (issuer serial 0), the intermediate signs the static key. */
  readonly chain: Buffer;
}

const { NoiseCertificate } = proto.CertChain;

const certificate = (details: proto.CertChain.NoiseCertificate.IDetails, signer: KeyPair) => {
  const encoded = NoiseCertificate.Details.encode(details).finish();
  return NoiseCertificate.create({ details: encoded, signature: sign(signer.private, encoded) });
};

/** A new root, intermediate and static key with the certificates between them (noise-handler.js checks them). */
export const makeServerIdentity = (random: Random): ServerIdentity => {
  const root = makeKeyPair(random);
  const intermediate = makeKeyPair(random);
  const own = makeKeyPair(random);
  const chain = proto.CertChain.encode({
    intermediate: certificate({ serial: 1, issuerSerial: 0, key: intermediate.public }, root),
    leaf: certificate({ serial: 2, issuerSerial: 1, key: own.public }, intermediate),
  }).finish();
  return { root, static: own, chain: Buffer.from(chain) };
};
