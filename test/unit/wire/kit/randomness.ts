/** Numbers that follow from a seed (xorshift32 behind a mixer): the same seed is the same case everywhere. */
export class Randomness {
  private state: number;

  constructor(seed: number) {
    // Neighbouring seeds must not begin alike (finaliser of MurmurHash3).
    let mixed = (seed + 0x9e3779b9) | 0;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    this.state = mixed ^ (mixed >>> 16) || 1;
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state >>> 0;
  }

  /** Returns a number from 0 to `count` - 1. */
  below(count: number): number {
    return this.next() % count;
  }

  /** Returns true once in `times`, on average. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(from: ArrayLike<T>): T {
    return from[this.below(from.length)] as T;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next() & 255);
  }

  /** Returns bytes of which many are 0 or 255, where bounds lie. */
  edgyBytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () =>
      this.once(3) ? this.pick([0, 1, 32, 127, 128, 255]) : this.next() & 255,
    );
  }

  /** Returns a byte string: most characters occur in frames, or end or break them. */
  text(length: number): string {
    let text = '';
    const favourite = this.pick(['A', 'B', '=', ' ', '~', '\n', 'x']);
    for (let i = 0; i < length; i++) {
      const draw = this.below(8);
      if (draw < 3) text += favourite;
      else if (draw < 6) text += this.pick('ABCDQgw+/=~\n\r \t\v\f\0\u0011\u0013\u0003>');
      else text += String.fromCharCode(this.next() & 255);
    }
    return text;
  }
}
