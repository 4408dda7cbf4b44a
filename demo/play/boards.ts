/** Boards that the demo can be: with a serial port, and a display and a button on their wires. */
export const DEMO_BOARDS = ['pico', 'espruino-wifi', 'rpi-pico', 'rpi-pico2'] as const;
export type DemoBoard = (typeof DEMO_BOARDS)[number];
