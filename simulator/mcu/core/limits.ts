/** Instructions of one run: what is left of them must fit in a place. */
export const RUN_INSTRUCTIONS_MAX = 0x7fff_ffff;

/** Instructions outside the flash that are kept decoded: a program in RAM, and no bit-band alias of it. */
export const RAM_INSTRUCTIONS_MAX = 65_536;
