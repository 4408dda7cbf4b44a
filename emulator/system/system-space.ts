import type { Peripheral } from '../base/peripheral.ts';
import { SysTick } from './systick.ts';

/** The System Control Space (ARMv7-M ARM B3.2.1): 4 kB from here. */
export const SYSTEM_SPACE = 0xe000e000;

const isSysTick = (offset: number): boolean => offset >= 0x10 && offset < 0x100;
const isNvic = (offset: number): boolean => (offset >= 0x100 && offset < 0xd00) || offset === 0xf00;

/** The registers of the processor itself, at offsets from 0xE000E000. */
export class SystemSpace implements Peripheral {
  readonly name = 'SCS';
  readonly #parts: { readonly nvic: Peripheral; readonly sysTick: Peripheral; readonly scb: Peripheral };

  constructor(parts: { nvic: Peripheral; sysTick: Peripheral; scb: Peripheral }) {
    this.#parts = parts;
  }

  #partAt(offset: number): Peripheral {
    if (isSysTick(offset)) return this.#parts.sysTick;
    return isNvic(offset) ? this.#parts.nvic : this.#parts.scb;
  }

  reset(): void {
    for (const part of Object.values(this.#parts)) part.reset();
  }

  read(offset: number): number {
    return this.#partAt(offset).read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    this.#partAt(offset).write(offset, value, mask);
  }
}

/** Tells whether a read of the word at `address` is one of this space that changes nothing. */
export function isSteadySystemRead(address: number): boolean {
  const offset = (address - SYSTEM_SPACE) >>> 0;
  return offset < 0x1000 && (!isSysTick(offset) || SysTick.isSteady(offset));
}
