/** Why a certificate was refused. */
export type CertificateFault = 'not-valid-now' | 'wrong-host' | 'unknown-authority';

const NOT_VALID = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const UNKNOWN_AUTHORITY = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
]);

/** Maps the `code` of a TLS error: OpenSSL's names (X509_V_ERR_…) and Node's. */
export function certificateFault(code: string): CertificateFault | undefined {
  if (NOT_VALID.has(code)) return 'not-valid-now';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'wrong-host';
  return UNKNOWN_AUTHORITY.has(code) ? 'unknown-authority' : undefined;
}

/** Whether TLS itself failed, independent of the certificate. */
export function isTlsFailure(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_');
}
