/** Limits of the messages between relays and services, besides those of the table in `protocol/carrier.ts`. */

/** Length of the pieces in which text of a fob's wire is sent: a character may take six in JSON. */
export const WIRE_PIECE_CHARS = 512;
