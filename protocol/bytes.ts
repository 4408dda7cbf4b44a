/** 2^53. */
const NUMBER_END = 9007199254740992;

/** ASCII text as bytes. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Writes big-endian numbers and bytes one after the other into memory that is allocated once. */
export class Writer {
  readonly bytes: Uint8Array;
  at: number;
  /** True once a value did not fit. Later values are dropped. */
  full: boolean;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.at = 0;
    this.full = false;
  }

  reset(): this {
    this.at = 0;
    this.full = false;
    return this;
  }

  /** The low eight bits of an integer. */
  byte(value: number): this {
    if (this.at < this.bytes.length) this.bytes[this.at++] = value;
    else this.full = true;
    return this;
  }

  /** @param size 2, 4 or 8 bytes; `value` is an integer from 0 to 2^53 - 1. */
  number(value: number, size: number): this {
    if (this.at + size > this.bytes.length) this.full = true;
    else {
      const bytes = this.bytes;
      let rest = value;
      this.at += size;
      let at = this.at;
      while (size--) {
        at--;
        bytes[at] = rest & 255;
        // Past 32 bits `>>` would lose the upper half.
        rest = Math.floor(rest / 256);
      }
    }
    return this;
  }

  raw(bytes: Uint8Array): this {
    if (this.at + bytes.length > this.bytes.length) this.full = true;
    else {
      this.bytes.set(bytes, this.at);
      this.at += bytes.length;
    }
    return this;
  }

  /** Writes a length byte, then the bytes. */
  sized(bytes: Uint8Array): this {
    return this.byte(bytes.length).raw(bytes);
  }

  /** Returns the bytes written so far: a view, valid until the next reset. */
  done(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }
}

/**
 * Reads values that `Writer` wrote. Reading past the end sets `bad` and returns zeros, because input is checked,
 * never trusted.
 */
export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  bad: boolean;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
    this.bad = false;
  }

  /** @param size 1, 2, 4 or 8 bytes; a value over 2^53 - 1 sets `bad`. */
  number(size: number): number {
    if (this.at + size > this.bytes.length) {
      this.bad = true;
      return 0;
    }
    // Local variables: the interpreter looks up a property each time it is named.
    const bytes = this.bytes;
    let at = this.at;
    let value = 0;
    for (this.at += size; at < this.at; at++) value = value * 256 + (bytes[at] as number);
    if (value >= NUMBER_END) this.bad = true;
    return this.bad ? 0 : value;
  }

  /** Returns a copy, which stays valid when the receive buffer is reused. */
  raw(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) {
      this.bad = true;
      return new Uint8Array(0);
    }
    this.at += length;
    return new Uint8Array(this.bytes.subarray(this.at - length, this.at));
  }

  get ended(): boolean {
    return !this.bad && this.at === this.bytes.length;
  }
}
