/** Bounds of the peripherals. */

/** Frames from outside that wait for their turn on the wire of a serial port. */
export const INCOMING_FRAMES_MAX = 65_536;
