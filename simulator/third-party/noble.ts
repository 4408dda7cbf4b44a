/** What the simulator uses of @noble. The build puts the packages themselves into this module. */
export { cbc, ctr, ecb } from '@noble/ciphers/aes.js';
export { sha1 } from '@noble/hashes/legacy.js';
export { pbkdf2 } from '@noble/hashes/pbkdf2.js';
export { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
export { utf8ToBytes } from '@noble/hashes/utils.js';
