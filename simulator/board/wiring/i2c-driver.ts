/** How Espruino's driver of a microcontroller's I2C behaves where a part does not answer. */
export interface I2cDriver {
  /** Time until it gives up a transfer whose part does not acknowledge its address and this many bytes, in µs. */
  silentUs(bytes: number): number;
  /** Time until it gives up a transfer on a bus that a part holds, in µs. */
  heldUs(bytes: number): number;
  /** Time for which it waits for a start, in µs. */
  readonly startUs: number;
  /** Time until it gives up on a bus that it found busy before and that was not set up since, in µs; 0: it tries anew. */
  readonly busyUs: number;
  readonly noAcknowledge: Complaints;
  readonly noStart: Complaints;
}

/** The exceptions of a write and of a read. */
interface Complaints {
  readonly kind: 'Error' | 'InternalError';
  readonly write: string;
  readonly read: string;
}

/**
 * Two million polls for the acknowledge of an address and of each byte (2v29, measured in an emulated microcontroller: 1.2 s for
 * the shortest transfer, 4.8 s for 7 bytes, 20.9 s for 34, 38.9 s for 64).
 */
const POLLED_US = 597_000;

/** Targets/stm32/jshardware.c. */
export const STM32_I2C: I2cDriver = {
  silentUs: bytes => POLLED_US * (bytes + 1),
  // A part that holds SDA does so in the middle: the driver polls for the rest.
  heldUs: bytes => POLLED_US * (bytes + 1),
  startUs: 100,
  busyUs: 1_054_000,
  noAcknowledge: {
    kind: 'InternalError',
    write: 'Timeout on I2C Write Transmit Mode 2',
    read: 'Timeout on I2C Read Receive Mode',
  },
  noStart: {
    kind: 'Error',
    write: 'I2C device not responding',
    read: 'I2C device not responding',
  },
};

/** An absent part's address alone, at 400 kHz. */
const REFUSED_US = 25;
const TIME_LIMIT_US = 50_000;

/**
 * Targets/rp2xxx/jshardware.c: an address without an acknowledge ends the transfer at once; the whole may take 50 ms. The SDK
 * begins each transfer on a controller that was switched off and on.
 */
export const RP2_I2C: I2cDriver = {
  silentUs: () => REFUSED_US,
  heldUs: () => TIME_LIMIT_US,
  startUs: TIME_LIMIT_US,
  busyUs: 0,
  noAcknowledge: { kind: 'Error', write: 'jshI2CWrite: I2C I/O error', read: 'jshI2CRead: I2C I/O error' },
  noStart: { kind: 'Error', write: 'jshI2CWrite: timeout', read: 'jshI2CRead: timeout' },
};
