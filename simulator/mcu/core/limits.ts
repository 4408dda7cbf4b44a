/** Instructions of one run: what is left of them must fit in a place. */
export const RUN_INSTRUCTIONS_MAX = 0x7fff_ffff;
