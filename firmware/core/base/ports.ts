import type { Primitives } from '@passfob/protocol/primitives';

/** What a board is, as far as the core wants to know. */
export interface BoardFacts {
  /** At most 16 ASCII characters. */
  readonly board: string;
  readonly firmware: string;
  /** Five bytes by which owners tell fobs apart: never secret, never changing. */
  readonly serial: Uint8Array;
  /** Bit n set: the board computes hash algorithm n. */
  readonly algorithms: number;
  /** 1 to 4. With one key a press steps and a hold chooses; see `Fob.key`. */
  readonly keys: number;
  /** How far the untrimmed clock may drift, in ppm, over the temperatures of a pocket. */
  readonly clockPpm: number;
}

/** Memory that keeps the vault: bytes at addresses. Power may go during any page; that page is then anything. */
export interface Storage {
  /** Whole pages. */
  readonly pages: number;
  readonly pageBytes: number;
  /** Bytes that are erased together beneath the pages, 0 where a page is written without erasing. */
  readonly eraseBytes: number;
  /** Pages of one record. */
  readonly recordPages: number;
  /** Undefined where the part does not answer. */
  read(address: number, length: number): Uint8Array | undefined;
  /**
   * Writes within one page. True once the bytes are durable and have been read back equal; false when the part
   * is absent, busy for too long or write-protected.
   */
  write(address: number, bytes: Uint8Array): boolean;
}

/** The little that lives inside the microcontroller: device secret and pairing key, and the birth of the pool. */
export interface Keystore {
  /** 64 bytes as saved, or undefined when there are none or they are damaged. */
  load(): Uint8Array | undefined;
  save(secrets: Uint8Array): boolean;
  /** True once nothing will be loaded any more, power cuts included. */
  clear(): boolean;
  /** Whether the secrets were written at flashing, for a vault that is yet to be made. */
  readonly given: boolean;
  /** The vault is made: what was given counts as saved. */
  take(): void;
  /** 32 random bytes written at flashing, or undefined. */
  birth(): Uint8Array | undefined;
}

/** Raw, unassessed chance: what the board measures, never the only source of anything. */
export interface Entropy {
  sample(): number;
}

/** The board's real-time clock. Its reading arrives with every input of the core. */
export interface Clock {
  /** Sets whole seconds since 1970, starting now, and marks the time as valid. False if the part refuses. */
  set(utc: number): boolean;
  /**
   * Makes the clock faster (positive) or slower by so many tenths of a ppm, in all, from now on. True if the part
   * took it; otherwise the core corrects what it reads.
   */
  trim(tenths: number): boolean;
}

/** A second place that counts PIN attempts, so that rolling the first one back gains nothing. Only grows. */
export interface AttemptCounter {
  /** How many there are; 0 too where the memory was made anew. */
  count(): number;
  /** One more, durable and read back; false when it is not. */
  add(): boolean;
}

/** A second place that holds one number of up to 32 bits, in a chip that is not the storage's. */
export interface AntiRollbackCounter {
  /** -1 when it lost what it held. */
  load(): number;
  save(number: number): boolean;
}

/** PIN to key, slowly. */
export interface KeyDerivation {
  /** Rounds that take this board about half a second, measured now. 1 where nothing is stretched. */
  iterations(): number;
  /** 32 bytes. PBKDF2-HMAC-SHA256 (RFC 8018 §5.2) where the board has it. */
  derive(pin: Uint8Array, salt: Uint8Array, iterations: number): Uint8Array;
}

/** A keyboard that the fob can be for a computer. */
export interface Keyboard {
  /** Whether a computer would receive keys now. */
  readonly ready: boolean;
  /** One key down by its usage id (HID Usage Tables, page 0x07), 0 for all up. False: not sent, ask again. */
  report(usage: number): boolean;
}

export interface Power {
  /** Percent, or -1 where nothing is measured. */
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
  /** Upper left corner in pixels. A character is 6 × 8 pixels times `size`. */
  text(x: number, y: number, size: number, text: string): void;
  fill(x: number, y: number, width: number, height: number): void;
  show(): void;
  power(on: boolean): void;
  /** What is drawn from now on, until `clear`: a colour where there are any, never the only sign of anything. */
  ink(tone: number): void;
  /** Brightness from 0, dim, to 2. */
  light(level: number): void;
}

/** Tones of `Display.ink`. */
export const INK_PLAIN = 0;
export const INK_ACCENT = 1;
export const INK_WARNING = 2;

/** The way out to the host. */
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
  readonly marks: AttemptCounter;
  readonly witness: AntiRollbackCounter;
  readonly stretch: KeyDerivation;
  readonly keyboard: Keyboard;
  readonly power: Power;
  readonly maintenance: Maintenance;
}

/** What of it the vault needs. */
export type VaultPorts = Pick<Ports, 'primitives' | 'storage' | 'keystore' | 'marks' | 'witness' | 'stretch'>;

/** The time, as the board brought it with the current input. */
export interface Now {
  /** Milliseconds since boot. */
  ms: number;
  /** Whole seconds since 1970, or -1 when the real-time clock lost its time or does not answer. */
  utc: number;
}
