import type { InterruptLines, Peripheral } from '../base/peripheral.ts';
import { FIRST_INTERRUPT } from '../core/exception-numbers.ts';
import type { ExceptionState } from './exception-state.ts';
import { INTERRUPTS } from './limits.ts';

/** Offsets from 0xE000E000 (ARMv7-M ARM table B3-8); each register holds a bit of 32 interrupts. */
const ISER = 0x100;
const ICER = 0x180;
const ISPR = 0x200;
const ICPR = 0x280;
const IABR = 0x300;
/** A byte for each interrupt. */
const IPR = 0x400;
/** Software Triggered Interrupt Register (B3.2.26). */
const STIR = 0xf00;

const BLOCK = 0x7f;
const WORDS = INTERRUPTS / 32;

/** The interrupt controller (ARMv7-M ARM B3.4), with the lines of the chip's peripherals at its inputs. */
export class Nvic implements Peripheral, InterruptLines {
  readonly name = 'NVIC';
  readonly #state: ExceptionState;
  readonly #levels = new Uint8Array(INTERRUPTS);

  constructor(state: ExceptionState) {
    this.#state = state;
  }

  /** Peripherals are reset first; those that still request something then raise their lines again. */
  reset(): void {
    this.#levels.fill(0);
  }

  /** A level that rises makes the interrupt pending, and it stays so when the level falls (B3.4.1). */
  set(number: number, isRequested: boolean): void {
    const level = isRequested ? 1 : 0;
    if (this.#levels[number] === level) return;
    this.#levels[number] = level;
    if (isRequested) this.#state.pend(FIRST_INTERRUPT + number);
  }

  /** After the return from an exception: a level that is still high makes it pending again. */
  sampleAfterReturn(exception: number): void {
    if (this.#levels[exception - FIRST_INTERRUPT] === 1) this.#state.pend(exception);
  }

  read(offset: number): number {
    if (offset >= IPR && offset < IPR + INTERRUPTS) {
      const first = FIRST_INTERRUPT + offset - IPR;
      return [3, 2, 1, 0].reduce((word, byte) => (word << 8) | this.#state.priority(first + byte), 0) >>> 0;
    }
    const state = this.#state;
    switch (offset & ~BLOCK) {
      case ISER:
      case ICER:
        return this.#collect(offset, exception => state.isEnabled(exception));
      case ISPR:
      case ICPR:
        return this.#collect(offset, exception => state.isPending(exception));
      case IABR:
        return this.#collect(offset, exception => state.isActive(exception));
      default:
        return 0;
    }
  }

  #collect(offset: number, has: (exception: number) => boolean): number {
    const word = (offset & BLOCK) >> 2;
    if (word >= WORDS) return 0;
    let bits = 0;
    for (let bit = 0; bit < 32; bit++) if (has(FIRST_INTERRUPT + word * 32 + bit)) bits |= 1 << bit;
    return bits >>> 0;
  }

  write(offset: number, value: number, mask: number): void {
    if (offset === STIR) this.#state.pend(FIRST_INTERRUPT + (value & 0x1ff));
    else if (offset >= IPR && offset < IPR + INTERRUPTS) this.#writePriorities(offset - IPR, value, mask);
    else if ((offset & BLOCK) >> 2 < WORDS) this.#writeBits(offset, value & mask);
  }

  #writePriorities(first: number, value: number, mask: number): void {
    for (let byte = 0; byte < 4; byte++)
      if ((mask >>> (8 * byte)) & 0xff)
        this.#state.setPriority(FIRST_INTERRUPT + first + byte, (value >>> (8 * byte)) & 0xff);
  }

  #writeBits(offset: number, bits: number): void {
    const word = (offset & BLOCK) >> 2;
    for (let bit = 0; bit < 32; bit++)
      if ((bits >>> bit) & 1) this.#writeBit(offset & ~BLOCK, FIRST_INTERRUPT + word * 32 + bit);
  }

  #writeBit(register: number, exception: number): void {
    if (register === ISER) this.#state.enable(exception, true);
    else if (register === ICER) this.#state.enable(exception, false);
    else if (register === ISPR) this.#state.pend(exception);
    else if (register === ICPR && this.#levels[exception - FIRST_INTERRUPT] === 0)
      this.#state.unpend(exception);
  }
}
