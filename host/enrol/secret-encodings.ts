/** Encodings in which services, makers and other tools show a secret without a URI. */
export const SECRET_ENCODINGS = ['base32', 'hex'] as const;
export type SecretEncoding = (typeof SECRET_ENCODINGS)[number];
