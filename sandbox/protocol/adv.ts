import {
  hmacSign,
  proto,
  WA_ADV_ACCOUNT_SIG_PREFIX,
  WA_ADV_DEVICE_SIG_PREFIX,
} from '@whiskeysockets/baileys';
import { type KeyPair, sign, verify } from './curve.ts';

interface CompanionDetails {
  /** Raw identity key of the companion. */
  readonly companion: Buffer;
  /** `advSecret` of its QR code. */
  readonly secret: Buffer;
  readonly keyIndex: number;
  /** Unix seconds. */
  readonly timestamp: number;
}

interface SignedIdentity {
  /** Encoded ADVSignedDeviceIdentityHMAC, for `pair-success`. */
  readonly signed: Buffer;
  /** Whether an encoded ADVSignedDeviceIdentity (the companion's answer) carries its valid signature. */
  readonly isSignedBy: (answer: Buffer) => boolean;
}

/**
 * The account's statement that a companion is its own (`ADV`), signed with the phone's identity key and, so that the
 * companion knows the phone has seen its QR code, authenticated with the secret from it (validate-connection.js).
 */
export const makeDeviceIdentity = (account: KeyPair, companion: CompanionDetails): SignedIdentity => {
  const details = proto.ADVDeviceIdentity.encode({
    rawId: companion.keyIndex,
    timestamp: companion.timestamp,
    keyIndex: companion.keyIndex,
  }).finish();
  const identity = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: account.public,
    accountSignature: sign(
      account.private,
      Buffer.concat([WA_ADV_ACCOUNT_SIG_PREFIX, details, companion.companion]),
    ),
  }).finish();
  const authenticated = proto.ADVSignedDeviceIdentityHMAC.encode({
    details: identity,
    hmac: hmacSign(identity, companion.secret),
  }).finish();
  const claim = Buffer.concat([WA_ADV_DEVICE_SIG_PREFIX, details, companion.companion, account.public]);
  return {
    signed: Buffer.from(authenticated),
    isSignedBy: (answer) => {
      const { deviceSignature } = proto.ADVSignedDeviceIdentity.decode(answer);
      return !!deviceSignature && verify(companion.companion, claim, Buffer.from(deviceSignature));
    },
  };
};
