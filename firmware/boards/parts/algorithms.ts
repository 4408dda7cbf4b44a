import { SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';

/** Masks for `BoardFacts.algorithms`: bit n stands for hash algorithm n. */
export const SHA1_AND_SHA256 = (1 << SHA1) | (1 << SHA256);
export const SHA1_TO_SHA512 = SHA1_AND_SHA256 | (1 << SHA512);
