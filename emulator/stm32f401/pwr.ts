import type { Peripheral } from '../base/peripheral.ts';
import { type Register, Registers } from '../base/registers.ts';

/** RM0368 §5.5. */
const PWR_REGISTERS = {
  CR: { at: 0x00, reset: 0x8000, rw: 0xeff3 },
  CSR: { at: 0x04, rw: 0x300 },
} as const satisfies Record<string, Register>;

const LPDS = 1;
const PDDS = 2;
const CWUF = 4;
const CSBF = 8;
const DBP = 1 << 8;
const FPDS = 1 << 9;
const WUF = 1;
const SBF = 2;
const BRR = 8;
const EWUP = 1 << 8;
const BRE = 1 << 9;
const VOSRDY = 1 << 14;

/** Until the processor runs again after STOP, typical, in µs (data sheet of the STM32F401xD/xE, table 30). */
const WAKE_UP_US = { main: 13.5, lowPower: 21, flashDown: 92 };

/** Power control (RM0368 §5). The voltage detector (PVD) keeps its settings and never reports a low voltage. */
export class Pwr implements Peripheral {
  readonly name = 'PWR';
  readonly #registers = new Registers<keyof typeof PWR_REGISTERS>(PWR_REGISTERS, {
    CR: { written: (_value, _before, written) => this.#clearFlags(written) },
    CSR: { read: () => this.#readStatus() },
  });
  #wakePinIsHigh = false;

  powerOn(): void {
    this.#registers.reset();
  }

  /** The flags of standby and of the wake-up pin outlive a reset of the system (RM0368 §5.4.2). */
  reset(): void {
    const status = this.#registers.get('CSR') & (WUF | SBF | BRE);
    this.#registers.reset();
    this.#registers.set('CSR', status);
  }

  read(offset: number): number {
    return this.#registers.read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    this.#registers.write(offset, value, mask);
  }

  /** Whether software may write to the backup domain: RTC, backup registers, RCC_BDCR. */
  get backupIsWritable(): boolean {
    return this.#registers.has('CR', DBP);
  }

  /** Whether WFI and WFE with SLEEPDEEP now mean STOP, from which an EXTI line wakes (RM0368 §5.3.4). */
  get stops(): boolean {
    return !this.#registers.has('CR', PDDS);
  }

  /** Whether they mean standby instead, from which only a reset leads back (RM0368 §5.3.5). */
  get standsBy(): boolean {
    return !this.stops;
  }

  /** From the wake-up event in STOP to the first instruction, in µs. */
  get wakeUpUs(): number {
    const regulator = this.#registers.has('CR', LPDS) ? WAKE_UP_US.lowPower : WAKE_UP_US.main;
    return regulator + (this.#registers.has('CR', FPDS) ? WAKE_UP_US.flashDown : 0);
  }

  /** Notes that the chip was in standby. The caller stops everything until the wake-up and then resets the system. */
  enterStandby(): void {
    this.#registers.change('CSR', SBF);
  }

  /**
   * Level of the pin WKUP, PA0.
   * @returns whether it wakes the chip from standby: a rising edge while EWUP is set
   */
  wakePin(isHigh: boolean): boolean {
    const wakes = isHigh && !this.#wakePinIsHigh && this.#registers.has('CSR', EWUP);
    this.#wakePinIsHigh = isHigh;
    if (wakes) this.#registers.change('CSR', WUF);
    return wakes;
  }

  #clearFlags(written: number): void {
    if ((written & CWUF) !== 0) this.#registers.change('CSR', 0, WUF);
    if ((written & CSBF) !== 0) this.#registers.change('CSR', 0, SBF);
  }

  /** The regulators are ready as soon as they are asked for. */
  #readStatus(): number {
    return this.#registers.get('CSR') | VOSRDY | (this.#registers.has('CSR', BRE) ? BRR : 0);
  }
}
