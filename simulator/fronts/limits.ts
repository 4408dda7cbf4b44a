/** Every bound of the fronts. */

/** Bytes waiting for a host that does not read; further ones are lost, as on a USB port nobody empties. */
export const MAX_UNREAD_BYTES = 64 * 1024;

/** How long a client waits for the one before it to be gone: its end may still be on the way. */
export const CLIENT_GRACE_MS = 200;

/** A helper program that has not made its pty by then is given up. */
export const PTY_READY_TIMEOUT_MS = 5_000;

/** A helper program that has not ended by then, after being asked to, is killed. */
export const PTY_END_TIMEOUT_MS = 2_000;

/** What is kept of a helper program's messages, for the reason of a failure. */
export const MAX_PTY_MESSAGE_CHARS = 2_000;

export const MAX_PORT = 65_535;

/** A byte on a UART: start bit, eight data bits, stop bit. */
export const BITS_PER_BYTE = 10;
/** Bytes that a line with a speed hands over at once: some 5 ms at 115,200 baud. */
export const BAUD_SLICE_BYTES = 64;
export const MIN_BAUD = 300;
export const MAX_BAUD = 4_000_000;
