/** Instructions of one run: what is left of them must fit in a place. */
export const RUN_INSTRUCTIONS_MAX = 0x7fff_ffff;

/** Bytes of the four instructions behind an IT. */
export const IT_BLOCK_BYTES_MAX = 16;

/** Instructions outside the flash that are kept decoded: a program in RAM, and no bit-band alias of it. */
export const RAM_INSTRUCTIONS_MAX = 65_536;
