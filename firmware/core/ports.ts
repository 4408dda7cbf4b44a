import type { Primitives } from '../../protocol/primitives.ts';

/** What a board is, as far as the core wants to know. */
export interface Facts {
  /** At most 16 ASCII characters. */
  readonly board: string;
  readonly firmware: string;
  /** Five bytes by which owners tell fobs apart: never secret, never changing. */
  readonly serial: Uint8Array;
  /** Bit n set: the board computes hash algorithm n. */
  readonly algorithms: number;
}

/** Memory that keeps the vault: bytes at addresses. Power may go during any page; that page is then anything. */
export interface Storage {
  /** Whole pages. */
  readonly pages: number;
  readonly pageBytes: number;
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
}

/** The way out to the host. */
export interface Link {
  send(frame: string): void;
}

export interface Ports {
  readonly facts: Facts;
  readonly primitives: Primitives;
  readonly storage: Storage;
  readonly keystore: Keystore;
  readonly entropy: Entropy;
  readonly clock: Clock;
  readonly display: Display;
  readonly link: Link;
}

/** The time, as the board brought it with the current input. */
export interface Now {
  /** Milliseconds since boot. */
  ms: number;
  /** Whole seconds since 1970, or -1 when the real-time clock lost its time or does not answer. */
  utc: number;
}
