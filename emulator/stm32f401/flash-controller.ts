import type { InterruptLines, Peripheral } from '../base/peripheral.ts';
import { type Register, Registers } from '../base/registers.ts';
import { type Alarm, type BoardTime, TICKS_PER_US } from '../base/timeline.ts';
import { ProcessorFault } from '../core/fault.ts';
import { BASE, FLASH_ADDRESS } from './chip-addresses.ts';
import { type FlashSector, sectorsOf } from './flash-sectors.ts';
import { IRQ } from './interrupts.ts';

/** A change of the flash that its controller is about to make. */
export interface FlashOperation {
  readonly kind: 'program' | 'erase';
  /** Of its first byte, unsigned. */
  readonly address: number;
  readonly bytes: number;
  /** Makes the whole change. */
  apply(): void;
}

export interface FlashPorts {
  readonly time: BoardTime;
  readonly lines: InterruptLines;
  /** The flash, from its first address on. */
  readonly flash: Uint8Array;
  /** Decides whether an operation completes: calls its `apply`, or changes a part and cuts the power. */
  operate(operation: FlashOperation): void;
  /** A span of flash has changed: drop what was decoded from it. */
  changed(address: number, bytes: number): void;
  /**
   * The flash is busy for so many ticks. Code that runs from flash stands still meanwhile (RM0368 §3.5): spend them.
   */
  stall(ticks: number): void;
}

/** RM0368 §3.8.8. The option bytes can be read only; OPTCR shows them as delivered, for seven sectors. */
const FLASH_REGISTERS = {
  ACR: { at: 0x00, rw: 0x1f0f },
  KEYR: { at: 0x04, rw: 0 },
  OPTKEYR: { at: 0x08, rw: 0 },
  SR: { at: 0x0c, rw: 0, clearedBy1: 0x1f3 },
  CR: { at: 0x10, reset: 0x8000_0000, rw: 0x8301_037f },
  OPTCR: { at: 0x14, reset: 0x0fff_aaed, rw: 0 },
} as const satisfies Record<string, Register>;

const KEY1 = 0x4567_0123;
const KEY2 = 0xcdef_89ab;

const SR = { EOP: 1, OPERR: 2, WRPERR: 16, PGAERR: 32, PGPERR: 64, PGSERR: 128, BSY: 1 << 16 };
const CR = { PG: 1, SER: 2, MER: 4, STRT: 1 << 16, EOPIE: 1 << 24, ERRIE: 1 << 25, LOCK: 1 << 31 };

/** To program a byte, half-word or word, typical (data sheet, table 44). */
const PROGRAM_US = 16;
/** A program operation stays within a row (RM0368 §3.5.3). */
const ROW_BITS = 128;

/** The interface of the embedded flash (RM0368 §3): keys, programming, erasing. Its caches hold nothing. */
export class FlashController implements Peripheral {
  readonly name = 'FLASH';
  readonly #ports: FlashPorts;
  readonly #sectors: readonly FlashSector[];
  readonly #registers: Registers<keyof typeof FLASH_REGISTERS>;
  /** 1 after the first key. */
  #keys = 0;
  /** A wrong key closes CR until the next reset. */
  #isClosed = false;
  #busyUntil = 0;
  #end: Alarm | undefined;

  constructor(ports: FlashPorts) {
    this.#ports = ports;
    this.#sectors = sectorsOf(ports.flash.length);
    this.#registers = new Registers<keyof typeof FLASH_REGISTERS>(FLASH_REGISTERS, {
      KEYR: { written: (_value, _before, written) => this.#writeKey(written) },
      SR: {
        read: () => this.#registers.get('SR') | (this.isBusy ? SR.BSY : 0),
        written: () => this.#updateInterrupt(),
      },
      CR: { written: (value, before) => this.#writeControl(value, before) },
    });
  }

  reset(): void {
    this.#registers.reset();
    this.#keys = 0;
    this.#isClosed = false;
    this.#busyUntil = 0;
    this.#ports.time.cancel(this.#end);
    this.#updateInterrupt();
  }

  read(offset: number): number {
    return this.#registers.read(offset);
  }

  /** @throws ProcessorFault `data-bus` after a wrong key (RM0368 §3.5.1) */
  write(offset: number, value: number, mask: number): void {
    this.#registers.write(offset, value, mask);
  }

  get isBusy(): boolean {
    return this.#ports.time.now < this.#busyUntil;
  }

  /**
   * A store to an address in flash programs it, if the controller is set up for that; otherwise it sets an error flag.
   * @param bytes 1, 2 or 4
   */
  program(address: number, value: number, bytes: number): void {
    this.#waitUntilFree();
    const error = this.#programError(address, bytes);
    if (error !== 0) {
      this.#fail(error);
      return;
    }
    const { flash } = this.#ports;
    const apply = () => {
      const at = address - FLASH_ADDRESS;
      // Programming only clears bits; only an erase sets them (RM0368 §3.5.3).
      for (let i = 0; i < bytes; i += 1) flash[at + i] = (flash[at + i] ?? 0) & (value >>> (8 * i));
      this.#ports.changed(address, bytes);
    };
    this.#ports.operate({ kind: 'program', address, bytes, apply });
    this.#beBusy(PROGRAM_US * TICKS_PER_US);
  }

  #programError(address: number, bytes: number): number {
    const cr = this.#registers.get('CR');
    if ((cr & CR.LOCK) !== 0 || (cr & CR.PG) === 0 || (cr & (CR.SER | CR.MER)) !== 0) return SR.PGSERR;
    if (bytes !== 1 << ((cr >>> 8) & 3)) return SR.PGPERR;
    if ((address % (ROW_BITS / 8)) + bytes > ROW_BITS / 8) return SR.PGAERR;
    const sector = this.#sectors.find(one => address >= one.address && address < one.address + one.bytes);
    return sector === undefined || this.#isProtected(sector) ? SR.WRPERR : 0;
  }

  /** nWRP: a sector whose bit is 0 can be neither programmed nor erased (RM0368 §3.8.6). */
  #isProtected(sector: FlashSector): boolean {
    return !this.#registers.has('OPTCR', 1 << (16 + sector.number));
  }

  #writeKey(key: number): void {
    if (this.#isClosed) return;
    if (this.#registers.has('CR', CR.LOCK) && this.#keys === 0 && key === KEY1) {
      this.#keys = 1;
    } else if (this.#keys === 1 && key === KEY2) {
      this.#keys = 0;
      this.#registers.change('CR', 0, CR.LOCK);
    } else {
      this.#isClosed = true;
      this.#registers.change('CR', CR.LOCK);
      throw new ProcessorFault('data-bus', BASE.FLASH + FLASH_REGISTERS.KEYR.at);
    }
  }

  #writeControl(value: number, before: number): void {
    // A store to CR while the flash is busy stalls the bus (RM0368 §3.5.1).
    this.#waitUntilFree();
    if ((before & CR.LOCK) !== 0) {
      this.#registers.set('CR', before);
      return;
    }
    this.#updateInterrupt();
    if ((value & CR.STRT) !== 0) this.#erase(value);
  }

  #erase(cr: number): void {
    this.#registers.change('CR', 0, CR.STRT);
    const number = (cr >>> 3) & 15;
    const isAll = (cr & CR.MER) !== 0;
    const sectors = this.#sectors.filter(
      sector => isAll || ((cr & CR.SER) !== 0 && sector.number === number),
    );
    const [first] = sectors;
    if (first === undefined || (cr & CR.PG) !== 0) {
      this.#fail(SR.PGSERR);
    } else if (sectors.some(sector => this.#isProtected(sector))) {
      this.#fail(SR.WRPERR);
    } else {
      this.#eraseSpan(first.address, isAll ? this.#ports.flash.length : first.bytes);
      const width = Math.min((cr >>> 8) & 3, 2);
      const ms = sectors.reduce((sum, { eraseMs }) => sum + (eraseMs[width] ?? 0), 0);
      this.#beBusy(ms * 1000 * TICKS_PER_US);
    }
  }

  #eraseSpan(address: number, bytes: number): void {
    const apply = () => {
      this.#ports.flash.fill(0xff, address - FLASH_ADDRESS, address - FLASH_ADDRESS + bytes);
      this.#ports.changed(address, bytes);
    };
    this.#ports.operate({ kind: 'erase', address, bytes, apply });
  }

  #beBusy(ticks: number): void {
    const { time } = this.#ports;
    this.#busyUntil = time.now + ticks;
    // EOP is set only while its interrupt is enabled (RM0368 §3.8.4).
    if (this.#registers.has('CR', CR.EOPIE))
      this.#end = time.at(this.#busyUntil, () => {
        this.#registers.change('SR', SR.EOP);
        this.#updateInterrupt();
      });
    this.#ports.stall(ticks);
  }

  #waitUntilFree(): void {
    const ticks = this.#busyUntil - this.#ports.time.now;
    if (ticks > 0) this.#ports.time.spend(ticks);
  }

  #fail(error: number): void {
    // OPERR, too, is set only while its interrupt is enabled (RM0368 §3.8.4).
    this.#registers.change('SR', error | (this.#registers.has('CR', CR.ERRIE) ? SR.OPERR : 0));
    this.#updateInterrupt();
  }

  #updateInterrupt(): void {
    const has = (flag: number, enable: number) =>
      this.#registers.has('SR', flag) && this.#registers.has('CR', enable);
    this.#ports.lines.set(IRQ.FLASH, has(SR.EOP, CR.EOPIE) || has(SR.OPERR, CR.ERRIE));
  }
}
