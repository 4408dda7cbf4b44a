import type { Primitives } from '@passfob/protocol/primitives';

/** Facts of a board that the core needs. */
export interface BoardFacts {
  /** At most 16 ASCII characters. */
  readonly board: string;
  readonly firmware: string;
  /** Five bytes by which owners distinguish fobs: never secret, never changing. */
  readonly serial: Uint8Array;
  /** Bit n set: the board computes hash algorithm n. */
  readonly algorithms: number;
  /** 1 to 4. With one key a press steps and a hold chooses; see `Fob.key`. */
  readonly keys: number;
  /** Largest drift of the untrimmed clock, in ppm, at the temperatures of a pocket. */
  readonly clockPpm: number;
}

/** Memory for the vault: bytes at addresses. A power cut during a write leaves that page with any content. */
export interface Storage {
  /** Number of whole pages; 0 while it is unknown because the part does not answer. */
  readonly pages: number;
  readonly pageBytes: number;
  /** Bytes that are erased together below the pages, 0 if a page is written without erasing. */
  readonly eraseBytes: number;
  /** Pages of one record. */
  readonly recordPages: number;
  /** Undefined if the part does not answer. */
  read(address: number, length: number): Uint8Array | undefined;
  /**
   * Writes within one page. True once the bytes are durable and were read back equal; false if the part is absent,
   * busy for too long or write-protected.
   */
  write(address: number, bytes: Uint8Array): boolean;
}

/**
 * Storage inside the microcontroller for device secret and pairing key, and for the random bytes that seed the pool.
 */
export interface Keystore {
  /** Returns the 64 stored bytes, or undefined if there are none or they are damaged. */
  load(): Uint8Array | undefined;
  save(secrets: Uint8Array): boolean;
  /** Clears the secrets. True once `load` returns nothing any more, even after power cuts. */
  clear(): boolean;
  /** Whether the secrets were written at flashing and the vault must still be made. */
  readonly given: boolean;
  /** Called once the vault is made: the given secrets then count as saved. */
  take(): void;
  /** Returns the 32 random bytes written at flashing, or undefined. */
  birth(): Uint8Array | undefined;
}

/** Raw, unassessed randomness that the board measures, never the only source of anything. */
export interface Entropy {
  sample(): number;
}

/** The board's real-time clock. Its reading comes with every input of the core. */
export interface Clock {
  /** Sets whole seconds since 1970, from now on, and marks the time as valid. False if the part refuses. */
  set(utc: number): boolean;
  /**
   * Makes the clock faster (positive) or slower by this total of tenths of a ppm, from now on. True if the part
   * accepted it; otherwise the core corrects its readings.
   */
  trim(tenths: number): boolean;
}

/** A second counter of PIN attempts, so that rolling back the first one gains nothing. It only grows. */
export interface AttemptCounter {
  /** Number of attempts; also 0 if the memory is new. */
  count(): number;
  /** Adds one attempt, durable and read back. False if that failed. */
  add(): boolean;
}

/** Results of `AntiRollbackCounter.load`: the part has no number any more, or it does not answer. */
export const LOST = -1;
export const SILENT = -2;

/** A number of up to 32 bits in a chip other than the storage. */
export interface AntiRollbackCounter {
  /** Returns the number, `LOST` where the part says so twice, or `SILENT`. */
  load(): number;
  save(number: number): boolean;
}

/** Derives a key from a PIN, slowly. */
export interface KeyDerivation {
  /** Rounds that take this board about half a second, measured now. 1 without slow derivation. */
  iterations(): number;
  /** Returns 32 bytes. PBKDF2-HMAC-SHA256 (RFC 8018 §5.2) if the board has it. */
  derive(pin: Uint8Array, salt: Uint8Array, iterations: number): Uint8Array;
}

/** The fob as a computer's keyboard. */
export interface Keyboard {
  /** Whether a computer would receive keys now. */
  readonly ready: boolean;
  /**
   * Presses one key by its usage id (HID Usage Tables, page 0x07), or releases all with 0. False: not sent, try
   * again.
   */
  report(usage: number): boolean;
}

export interface Power {
  /** Percent, or -1 if the board measures nothing. */
  battery(): number;
}

/** Opens the console for an update, until the next reset. */
export interface Maintenance {
  begin(): void;
}

/** A monochrome drawing surface. Nothing is visible before `show`. */
export interface Display {
  readonly width: number;
  readonly height: number;
  clear(): void;
  /** Draws text from its upper left corner, in pixels. A character is 6 × 8 pixels times `size`. */
  text(x: number, y: number, size: number, text: string): void;
  fill(x: number, y: number, width: number, height: number): void;
  /** Sends what was drawn to the display. False if it did not answer: draw and show the picture again later. */
  show(): boolean;
  /** Switches the panel on or off. The bench looks at it with the next `show`; draw and show the picture again after it. */
  power(on: boolean): void;
  /**
   * Sets the tone of all drawing until `clear`: a colour on displays that have any. Never the only sign of anything.
   */
  ink(tone: number): void;
  /** Brightness from 0, dim, to 2. */
  light(level: number): void;
}

/** Tones of `Display.ink`. */
export const INK_PLAIN = 0;
export const INK_ACCENT = 1;
export const INK_WARNING = 2;

/** Output to the host. */
export interface Link {
  send(frame: string): void;
}

export interface Ports {
  readonly facts: BoardFacts;
  readonly primitives: Primitives;
  readonly storage: Storage;
  readonly keystore: Keystore;
  readonly entropy: Entropy;
  readonly clock: Clock;
  readonly display: Display;
  readonly link: Link;
  readonly attemptCounter: AttemptCounter;
  readonly antiRollback: AntiRollbackCounter;
  readonly keyDerivation: KeyDerivation;
  readonly keyboard: Keyboard;
  readonly power: Power;
  readonly maintenance: Maintenance;
}

/** The ports that the vault needs. */
export type VaultPorts = Pick<
  Ports,
  'primitives' | 'storage' | 'keystore' | 'attemptCounter' | 'antiRollback' | 'keyDerivation'
>;

/** The time of the present input, from the board. */
export interface Now {
  /** Milliseconds since boot. */
  ms: number;
  /** Whole seconds since 1970, or -1 if the real-time clock lost its time or does not answer. */
  utc: number;
}
