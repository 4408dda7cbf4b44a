import type { Keystore, Storage } from '../../../firmware/core/ports.ts';
import type { Chance } from '../../../simulator/chance.ts';

const PAGES = 128;
const PAGE_BYTES = 32;

/** How a storage fails that is not without power: a loose wire, a page that is worn, a pin that protects it. */
export type Failing =
  /** Nothing is written, nothing read. */
  | 'deaf'
  /** What is written stays, but the answer is lost, and nothing is read. */
  | 'mute'
  /** What is written becomes anything; reads are good. */
  | 'worn'
  /** Writes change nothing; reads are good. */
  | 'protected';

/** Storage and keystore in memory, whose storage fails from some operation on for a while. */
export class ShakyMemory implements Storage {
  readonly pages = PAGES;
  readonly pageBytes = PAGE_BYTES;
  readonly recordPages = 3;
  readonly bytes = new Uint8Array(PAGES * PAGE_BYTES).fill(0xff);
  private readonly chance: Chance;
  private how: Failing = 'deaf';
  private from = 0;
  private to = 0;
  private operations = 0;
  private secrets: Uint8Array | undefined;

  constructor(chance: Chance) {
    this.chance = chance;
  }

  /** Operations from the `after`th from now on fail, `count` of them. */
  fail(how: Failing, after: number, count: number): void {
    this.how = how;
    this.from = this.operations + after;
    this.to = this.from + count;
  }

  /** Works again. */
  heal(): void {
    this.to = 0;
  }

  private failing(): Failing | 'not' {
    this.operations++;
    return this.operations > this.from && this.operations <= this.to ? this.how : 'not';
  }

  read(address: number, length: number): Uint8Array | undefined {
    const how = this.failing();
    return how === 'deaf' || how === 'mute' ? undefined : this.bytes.slice(address, address + length);
  }

  write(address: number, written: Uint8Array): boolean {
    const how = this.failing();
    if (how === 'not' || how === 'mute') this.bytes.set(written, address);
    if (how === 'worn') this.bytes.set(this.chance.bytes(written.length), address);
    return how === 'not';
  }

  readonly keystore: Keystore = {
    load: () => this.secrets,
    save: saved => {
      this.secrets = Uint8Array.from(saved);
      return true;
    },
    clear: () => {
      this.secrets = undefined;
      return true;
    },
    birth: () => undefined,
  };
}
