import { pbkdf2Sync } from 'node:crypto';
import type {
  AntiRollbackCounter,
  AttemptCounter,
  Clock,
  Keystore,
  Storage,
  VaultPorts,
} from '@passfob/firmware/core/base/ports';
import type { Randomness } from '@passfob/simulator/base/randomness';
import { hostPrimitives } from 'passfob/client/primitives';

const PAGE_BYTES = 32;
/** Rounds of the key derivation: three, so that a life of many PINs takes milliseconds. */
const ITERATIONS = 3;

/** What the interrupted operation leaves behind. */
export type Tear =
  /** Nothing. */
  | 'none'
  /** All of it; only the confirmation is lost. */
  | 'whole'
  /** A part of it, and garbage in the rest of the touched page. */
  | 'part';
export const TEARS = ['none', 'whole', 'part'] as const satisfies readonly Tear[];

/** How a storage fails with its power on: a loose wire, a worn page, a pin that protects it. */
export type Failing =
  /** Nothing is written, nothing read. */
  | 'deaf'
  /** A write is stored, but its answer is lost, and nothing is read. */
  | 'mute'
  /** A write stores anything; reads are good. */
  | 'worn'
  /** Writes change nothing; reads are good. */
  | 'protected';

/** Thrown out of the interrupted operation: the running program is gone. */
export class PowerCut extends Error {}

/** The content of the EEPROM, and the state of the other chips. */
export interface ChipImage {
  readonly eeprom: Uint8Array;
  readonly secrets: Uint8Array | undefined;
  readonly marks: number;
  readonly witness: number;
  readonly utc: number;
}

/**
 * All memories of a fob: the EEPROM with the vault, the keystore and the PIN attempt counter in the microcontroller,
 * the anti-rollback counter and the time in the real-time clock. The test says in which operation the power goes and
 * in which operations the EEPROM fails. Possible faults: those of `Tear` in any write of any chip, those of `Failing`
 * in the EEPROM.
 */
export class Chips implements Storage {
  readonly pages: number;
  readonly pageBytes = PAGE_BYTES;
  readonly eraseBytes = 0;
  readonly recordPages = 3;
  bytes: Uint8Array;
  secrets: Uint8Array | undefined;
  marked = 0;
  /** -1 where it was lost. */
  seen = -1;
  /** Seconds since 1970 as the real-time clock has them, -1 where it stood still. */
  utc = -1;
  /** Whether the clock corrects its speed itself, and by how many tenths of a ppm. */
  trims = false;
  trimmed = 0;
  /** The possible drift of the clock, in ppm, as its board states it. */
  ppm = 20;
  /** Page writes of the EEPROM since the test last cleared it, by page. */
  readonly wear: Uint32Array;
  /** Pages that store anything when they are written, and pages that never change. */
  readonly worn = new Set<number>();
  readonly stuck = new Set<number>();
  /** Called after every write that touched the EEPROM. */
  onWrite: (bytes: Uint8Array, address: number, length: number) => void = () => {};
  /** Number of key derivations from a PIN: each is a comparison, or a new PIN. */
  stretched = 0;
  private readonly chance: Randomness;
  /** Writes of any chip until the power goes. */
  private until = Number.POSITIVE_INFINITY;
  private tear: Tear = 'none';
  private how: Failing = 'deaf';
  private from = 0;
  private to = 0;
  private operations = 0;

  constructor(chance: Randomness, pages = 128) {
    this.chance = chance;
    this.pages = pages;
    this.bytes = new Uint8Array(pages * PAGE_BYTES).fill(0xff);
    this.wear = new Uint32Array(pages);
  }

  get image(): ChipImage {
    const { bytes, secrets, marked: marks, seen: witness, utc } = this;
    return { eeprom: Uint8Array.from(bytes), secrets, marks, witness, utc };
  }

  set image({ eeprom, secrets, marks, witness, utc }: ChipImage) {
    this.bytes = Uint8Array.from(eeprom);
    Object.assign(this, { secrets, marked: marks, seen: witness, utc });
  }

  /** Returns working chips with the same contents. */
  copy(chance = this.chance): Chips {
    const copy = new Chips(chance, this.pages);
    copy.image = this.image;
    for (const page of this.worn) copy.worn.add(page);
    for (const page of this.stuck) copy.stuck.add(page);
    copy.onWrite = this.onWrite;
    return copy;
  }

  /** Cuts the power in the `nth` write from now on, the first being 1. */
  cutAt(nth: number, tear: Tear): void {
    this.until = nth;
    this.tear = tear;
  }

  /** Cancels the cut. */
  keepPower(): void {
    this.until = Number.POSITIVE_INFINITY;
  }

  /** Makes `count` operations of the EEPROM fail, from the `after`th from now on. */
  fail(how: Failing, after: number, count: number): void {
    this.how = how;
    this.from = this.operations + after;
    this.to = this.from + count;
  }

  /** Ends the failures. */
  heal(): void {
    this.to = 0;
  }

  private failing(): Failing | 'not' {
    this.operations++;
    return this.operations > this.from && this.operations <= this.to ? this.how : 'not';
  }

  /** Does a write of any chip, or a part of it when the power goes. */
  private powered(whole: () => void, part: () => void): void {
    this.until--;
    const tear = this.until > 0 ? 'not' : this.tear;
    if (tear === 'not' || tear === 'whole') whole();
    if (tear === 'part') part();
    if (tear !== 'not') throw new PowerCut();
  }

  read(address: number, length: number): Uint8Array | undefined {
    const how = this.failing();
    return how === 'deaf' || how === 'mute' ? undefined : this.bytes.slice(address, address + length);
  }

  write(address: number, written: Uint8Array): boolean {
    const page = Math.floor(address / PAGE_BYTES);
    const end = (page + 1) * PAGE_BYTES;
    if (written.length === 0 || address + written.length > end) throw new Error('a write beyond its page');
    const isWorn = this.worn.has(page);
    const failing = this.failing();
    const how = failing === 'not' && this.stuck.has(page) ? 'protected' : failing;
    const put = (bytes: Uint8Array) => {
      this.bytes.set(bytes, address);
      this.onWrite(this.bytes, address, bytes.length);
    };
    this.powered(
      () => {
        if (how === 'deaf' || how === 'protected') return;
        (this.wear[page] as number)++;
        put(isWorn || how === 'worn' ? this.chance.bytes(written.length) : written);
      },
      () => {
        // The write ends somewhere in the page, and garbage follows: to the end of the page, not of the write.
        const torn = this.chance.bytes(end - address);
        torn.set(written.subarray(0, this.chance.below(written.length)));
        put(torn);
      },
    );
    return how === 'not' && !isWorn;
  }

  readonly keystore: Keystore = {
    load: () => this.secrets,
    save: saved => {
      const lose = () => {
        this.secrets = undefined;
      };
      const keep = () => {
        this.secrets = Uint8Array.from(saved);
      };
      this.powered(keep, lose);
      return true;
    },
    clear: () => {
      const lose = () => {
        this.secrets = undefined;
      };
      this.powered(lose, lose);
      return true;
    },
    birth: () => undefined,
    given: false,
    take: () => undefined,
  };

  readonly marks: AttemptCounter = {
    count: () => this.marked,
    add: () => {
      const more = (by: number) => {
        this.marked += by;
      };
      this.powered(
        () => more(1),
        () => more(this.chance.below(2)),
      );
      return true;
    },
  };

  readonly witness: AntiRollbackCounter = {
    load: () => this.seen,
    save: number => {
      const see = (what: number) => {
        this.seen = what;
      };
      this.powered(
        () => see(number),
        () => see(-1),
      );
      return true;
    },
  };

  readonly clock: Clock = {
    set: utc => {
      const tick = (now: number) => {
        this.utc = now;
      };
      this.powered(
        () => tick(utc),
        () => tick(-1),
      );
      return true;
    },
    trim: tenths => {
      if (this.trims) this.trimmed = tenths;
      return this.trims;
    },
  };

  readonly ports: VaultPorts = {
    primitives: hostPrimitives,
    storage: this,
    keystore: this.keystore,
    attemptCounter: this.marks,
    antiRollback: this.witness,
    keyDerivation: {
      iterations: () => ITERATIONS,
      derive: (pin, salt, iterations) => {
        this.stretched++;
        return new Uint8Array(pbkdf2Sync(pin, salt, iterations, 32, 'sha256'));
      },
    },
  };
}
