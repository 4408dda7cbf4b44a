import type { Peripheral } from '../base/peripheral.ts';
import { type Register, Registers } from '../base/registers.ts';
import { type PinPort, portOfNumber } from './pin-ports.ts';

/** RM0368 §7.2.8. */
const SYSCFG_REGISTERS = {
  MEMRMP: { at: 0x00, rw: 0x3 },
  PMC: { at: 0x04, rw: 0x0001_0000 },
  EXTICR1: { at: 0x08, rw: 0xffff },
  EXTICR2: { at: 0x0c, rw: 0xffff },
  EXTICR3: { at: 0x10, rw: 0xffff },
  EXTICR4: { at: 0x14, rw: 0xffff },
  CMPCR: { at: 0x20, rw: 0x1 },
} as const satisfies Record<string, Register>;

const SELECTIONS = ['EXTICR1', 'EXTICR2', 'EXTICR3', 'EXTICR4'] as const;
const CMP_PD = 1;
const READY = 1 << 8;

/** System configuration (RM0368 §7): which port feeds each EXTI line, and what lies at address 0. */
export class Syscfg implements Peripheral {
  readonly name = 'SYSCFG';
  readonly #registers: Registers<keyof typeof SYSCFG_REGISTERS> = new Registers(SYSCFG_REGISTERS, {
    // The compensation cell is ready as soon as it has power.
    CMPCR: { read: () => (this.#registers.has('CMPCR', CMP_PD) ? READY | CMP_PD : 0) },
  });

  reset(): void {
    this.#registers.reset();
  }

  read(offset: number): number {
    return this.#registers.read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    this.#registers.write(offset, value, mask);
  }

  /** The port whose pin `line` feeds EXTI line `line`, 0 to 15. */
  portOf(line: number): PinPort | undefined {
    const name = SELECTIONS[line >> 2];
    return name && portOfNumber((this.#registers.get(name) >>> (4 * (line & 3))) & 15);
  }
}
