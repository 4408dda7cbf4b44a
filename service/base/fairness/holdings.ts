/** Counts what each key holds, and returns a key that holds most without a search through all keys. */
export class Holdings {
  private readonly counts: Map<string, number>;
  /** Keys by how many they hold. */
  private readonly keysOf: Map<number, Set<string>>;
  private most: number;

  constructor() {
    this.counts = new Map();
    this.keysOf = new Map();
    this.most = 0;
  }

  /** A key that holds most; among equals, the first to reach that number. Undefined if no key holds anything. */
  get largest(): string | undefined {
    const [key] = this.keysOf.get(this.most) ?? [];
    return key;
  }

  of(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  add(key: string): void {
    const count = this.of(key);
    this.move(key, count, count + 1);
    this.most = Math.max(this.most, count + 1);
  }

  remove(key: string): void {
    const count = this.of(key);
    if (count === 0) return;
    this.move(key, count, count - 1);
    if (!this.keysOf.has(this.most)) this.most--;
  }

  private move(key: string, from: number, to: number): void {
    const keys = this.keysOf.get(from);
    keys?.delete(key);
    if (keys?.size === 0) this.keysOf.delete(from);
    if (to === 0) {
      this.counts.delete(key);
      return;
    }
    this.counts.set(key, to);
    const others = this.keysOf.get(to) ?? new Set();
    this.keysOf.set(to, others.add(key));
  }
}
