/** Bytes that npm may print where it packs: its bill of materials has some 200 kB. */
export const PRINTED_MAX = 16 << 20;
