/** Names of RFC 6030 and the standards it uses. */

export const PSKC = 'urn:ietf:params:xml:ns:keyprov:pskc';
export const XMLDSIG = 'http://www.w3.org/2000/09/xmldsig#';
const XMLDSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
export const XMLENC = 'http://www.w3.org/2001/04/xmlenc#';
export const XMLENC11 = 'http://www.w3.org/2009/xmlenc11#';
export const PKCS5 = 'http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#';

export type HashName = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

/** HMACs by their names in MACMethod and PRF. */
export const HMACS: Readonly<Record<string, HashName>> = {
  [`${XMLDSIG}hmac-sha1`]: 'sha1',
  // Some programs write all of them with the prefix of the later ones (RFC 6931 §2.2).
  [`${XMLDSIG_MORE}hmac-sha1`]: 'sha1',
  [`${XMLDSIG_MORE}hmac-sha224`]: 'sha224',
  [`${XMLDSIG_MORE}hmac-sha256`]: 'sha256',
  [`${XMLDSIG_MORE}hmac-sha384`]: 'sha384',
  [`${XMLDSIG_MORE}hmac-sha512`]: 'sha512',
};

export interface Cipher {
  readonly name: 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc';
  readonly keyBytes: number;
}

/** Ciphers of RFC 6030 §6.1.1. */
export const CIPHERS: Readonly<Record<string, Cipher>> = {
  [`${XMLENC}aes128-cbc`]: { name: 'aes-128-cbc', keyBytes: 16 },
  [`${XMLENC}aes192-cbc`]: { name: 'aes-192-cbc', keyBytes: 24 },
  [`${XMLENC}aes256-cbc`]: { name: 'aes-256-cbc', keyBytes: 32 },
};
