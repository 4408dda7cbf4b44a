/** Every bound of the fronts. */

/** Bytes waiting for a host that does not read; further ones are lost, as on a USB port without a reader. */
export const MAX_UNREAD_BYTES = 64 * 1024;

/** How long a new client waits until the previous one is gone, whose end may still be on its way. */
export const CLIENT_GRACE_MS = 200;

/** A helper program that has not made its pty by then counts as failed. */
export const PTY_READY_TIMEOUT_MS = 5_000;

/** A helper program that has not ended this long after the request to end is killed. */
export const PTY_END_TIMEOUT_MS = 2_000;

/** Characters of a helper program's messages that are kept for the reason of a failure. */
export const MAX_PTY_MESSAGE_CHARS = 2_000;

export const MAX_PORT = 65_535;

/** A byte on a UART: start bit, eight data bits, stop bit. */
export const BITS_PER_BYTE = 10;
/** Bytes that a line with a baud rate delivers at once: about 5 ms at 115,200 baud. */
export const BAUD_SLICE_BYTES = 64;
export const MIN_BAUD = 300;
export const MAX_BAUD = 4_000_000;
