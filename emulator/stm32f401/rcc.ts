import type { InterruptLines, Peripheral } from '../base/peripheral.ts';
import { type Behaviour, Registers } from '../base/registers.ts';
import type { BoardTime } from '../base/timeline.ts';
import { type ClockFrequencies, clockTree, STOPPED } from './clock-tree.ts';
import type { Clocks } from './clocks.ts';
import { IRQ } from './interrupts.ts';
import { Oscillator } from './oscillator.ts';
import {
  BDCR,
  CIR_FLAGS,
  CLOCKED_PERIPHERALS,
  type ClockedBus,
  type ClockedPeripheral,
  CR,
  CR_PLLI2S,
  CSR,
  PLLCFGR_PLLSRC_HSE,
  RCC_REGISTERS,
  type RccRegister,
  RESET_FLAGS,
  type ResetCause,
} from './rcc-registers.ts';

/** Start-up times that the data sheet calls typical (STM32F401xD/xE, §6.3.8–6.3.10), in µs. */
const HSI_START_US = 2.2;
const HSE_START_US = 2000;
const LSI_START_US = 15;
const PLL_LOCK_US = 100;

/** What the board puts on the chip, and how far its oscillators are off. */
export interface ClockOptions {
  /** Of the crystal at OSC_IN, in Hz; 0 without one. Default 8 MHz. */
  readonly hseHz?: number;
  /** Of the crystal at OSC32_IN, in Hz; 0 without one. Default 32,768 Hz. */
  readonly lseHz?: number;
  /** Until that crystal swings, in µs. Default 0.5 s. */
  readonly lseStartUs?: number;
  /** Of the internal oscillator of 16 MHz, in Hz. */
  readonly hsiHz?: number;
  /** Of the internal oscillator of 32 kHz, in Hz: 17 to 47 kHz. */
  readonly lsiHz?: number;
}

/** What the reset and clock control acts on. */
export interface RccPorts extends ClockOptions {
  readonly time: BoardTime;
  readonly lines: InterruptLines;
  /** Whether PWR lets software write to the backup domain (DBP). */
  backupIsWritable(): boolean;
  /** Resets what else lies in the backup domain: the RTC and its backup registers. */
  resetBackup(): void;
  /** Resets one peripheral, as software asks for. */
  resetPeripheral(name: ClockedPeripheral): void;
}

const BUSES = Object.keys(CLOCKED_PERIPHERALS) as ClockedBus[];

/** The peripherals of a bus whose bits are set in a word of its registers. */
function peripheralsOf(bus: ClockedBus, word: number): ClockedPeripheral[] {
  const bits = Object.entries(CLOCKED_PERIPHERALS[bus]) as [ClockedPeripheral, number][];
  return bits.filter(([, bit]) => ((word >>> bit) & 1) !== 0).map(([name]) => name);
}

/** Reset and clock control (RM0368 §6). A clock that fails later (CSS) and the clock outputs (MCO) are left out. */
export class Rcc implements Peripheral, Clocks {
  readonly name = 'RCC';
  readonly #ports: RccPorts;
  readonly #registers: Registers<RccRegister>;
  readonly #hsi: Oscillator;
  readonly #hse: Oscillator;
  readonly #pll: Oscillator;
  readonly #pllI2s: Oscillator;
  readonly #lse: Oscillator;
  readonly #lsi: Oscillator;
  readonly #listeners: (() => void)[] = [];
  #frequencies: ClockFrequencies = STOPPED;
  /** Kept beside the registers because the bus asks at every access. */
  readonly #enabled = new Set<ClockedPeripheral>();
  #isInStop = false;
  #lsiIsForced = false;

  constructor(ports: RccPorts) {
    this.#ports = ports;
    const { time, hseHz = 8e6, lseHz = 32768, lseStartUs = 5e5, hsiHz = 16e6, lsiHz = 32000 } = ports;
    const oscillator = (hz: number, startUs: number, flag: number) =>
      new Oscillator(time, hz, startUs, () => this.#started(flag));
    this.#hsi = oscillator(hsiHz, HSI_START_US, CIR_FLAGS.HSI);
    this.#hse = oscillator(hseHz, HSE_START_US, CIR_FLAGS.HSE);
    this.#pll = oscillator(1, PLL_LOCK_US, CIR_FLAGS.PLL);
    this.#pllI2s = oscillator(1, PLL_LOCK_US, CIR_FLAGS.PLLI2S);
    this.#lse = oscillator(lseHz, lseStartUs, CIR_FLAGS.LSE);
    this.#lsi = oscillator(lsiHz, LSI_START_US, CIR_FLAGS.LSI);
    this.#registers = new Registers<RccRegister>(RCC_REGISTERS, this.#behaviours());
    this.powerOn();
  }

  get hclk(): number {
    return this.#frequencies.hclk;
  }

  get pclk1(): number {
    return this.#frequencies.pclk1;
  }

  get pclk2(): number {
    return this.#frequencies.pclk2;
  }

  get timerClock1(): number {
    return this.#frequencies.timerClock1;
  }

  get timerClock2(): number {
    return this.#frequencies.timerClock2;
  }

  get usbClock(): number {
    return this.#frequencies.usbClock;
  }

  get rtcClock(): number {
    return this.#frequencies.rtcClock;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The board got power: a reset that the backup domain does not outlive, since nothing else feeds it. */
  powerOn(): void {
    this.#registers.reset();
    this.#lse.turn(false);
    this.#restart();
  }

  /** A reset of the system (RM0368 §6.1.1) leaves the backup domain and the flags of former resets. */
  reset(cause: ResetCause = 'pin'): void {
    const backup = this.#registers.get('BDCR');
    const flags = this.#registers.get('CSR') & ~(CSR.LSION | CSR.LSIRDY);
    this.#registers.reset();
    this.#registers.set('BDCR', backup);
    this.#registers.set('CSR', flags | RESET_FLAGS[cause] | RESET_FLAGS.pin);
    this.#restart();
  }

  read(offset: number): number {
    return this.#registers.read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    this.#registers.write(offset, value, mask);
  }

  /** Whether the peripheral's clock is on; its registers read as 0 and keep nothing without it (RM0368 §6.3.9). */
  isEnabled(name: ClockedPeripheral): boolean {
    return this.#enabled.has(name);
  }

  /** The independent watchdog keeps LSI running until the next reset (RM0368 §6.2.5). */
  forceLsi(): void {
    this.#lsiIsForced = true;
    this.#update();
  }

  /** All clocks of the 1.2 V domain stop (RM0368 §5.3.4). */
  enterStop(): void {
    this.#isInStop = true;
    this.#registers.change('CR', 0, CR.HSEON | CR.PLLON | CR_PLLI2S.ON);
    this.#update();
  }

  /** Runs from HSI again (RM0368 §6.3.3, SW). The time this takes is up to the processor: `Pwr.wakeUpUs`. */
  leaveStop(): void {
    this.#isInStop = false;
    this.#registers.change('CR', CR.HSION);
    this.#registers.change('CFGR', 0, 15);
    this.#hsi.turnOnAtOnce();
    this.#update();
  }

  #restart(): void {
    this.#isInStop = false;
    this.#lsiIsForced = false;
    this.#hsi.turnOnAtOnce();
    this.#updateEnabled();
    this.#update();
    this.#ports.lines.set(IRQ.RCC, false);
  }

  #behaviours(): { [N in RccRegister]?: Behaviour } {
    const update = { written: () => this.#update() };
    const enable = { written: () => this.#updateEnabled() };
    return {
      CR: { read: () => this.#readControl(), written: value => this.#writeControl(value) },
      PLLCFGR: { written: (_value, before) => this.#writePll(before) },
      CFGR: update,
      DCKCFGR: update,
      CIR: { written: (_value, _before, written) => this.#writeInterrupts(written) },
      BDCR: {
        read: () => this.#registers.get('BDCR') | (this.#lse.isReady ? BDCR.LSERDY : 0),
        written: (value, before) => this.#writeBackup(value, before),
      },
      CSR: {
        read: () => this.#registers.get('CSR') | (this.#lsi.isReady ? CSR.LSIRDY : 0),
        written: (_value, _before, written) => this.#writeStatus(written),
      },
      AHB1ENR: enable,
      AHB2ENR: enable,
      APB1ENR: enable,
      APB2ENR: enable,
      AHB1RSTR: { written: (value, before) => this.#resetPeripherals('AHB1', value & ~before) },
      AHB2RSTR: { written: (value, before) => this.#resetPeripherals('AHB2', value & ~before) },
      APB1RSTR: { written: (value, before) => this.#resetPeripherals('APB1', value & ~before) },
      APB2RSTR: { written: (value, before) => this.#resetPeripherals('APB2', value & ~before) },
    };
  }

  #readControl(): number {
    const flags =
      (this.#hsi.isReady ? CR.HSIRDY : 0) |
      (this.#hse.isReady ? CR.HSERDY : 0) |
      (this.#pll.isReady ? CR.PLLRDY : 0) |
      (this.#pllI2s.isReady ? CR_PLLI2S.RDY : 0);
    return (this.#registers.get('CR') & ~CR.HSIRDY) | flags;
  }

  /** The source of the system clock cannot be turned off (RM0368 §6.3.1, HSION, HSEON, PLLON). */
  #writeControl(value: number): void {
    const source = (this.#registers.get('CFGR') >>> 2) & 3;
    const pllSource = this.#pllRunsFromHse ? CR.HSEON : CR.HSION;
    const used = [CR.HSION, CR.HSEON, CR.PLLON | pllSource][source] ?? 0;
    this.#registers.set('CR', value | used);
    this.#update();
  }

  /** Writable only while the PLL is off (RM0368 §6.3.2). */
  #writePll(before: number): void {
    if (this.#registers.has('CR', CR.PLLON)) this.#registers.set('PLLCFGR', before);
    this.#update();
  }

  /** Bits 16 to 23 clear the flags (RM0368 §6.3.4). */
  #writeInterrupts(written: number): void {
    this.#registers.change('CIR', 0, (written >>> 16) & 0xff);
    this.#updateInterrupt();
  }

  #writeBackup(value: number, before: number): void {
    if (!this.#ports.backupIsWritable()) {
      this.#registers.set('BDCR', before);
    } else if ((value & BDCR.BDRST) !== 0) {
      this.#registers.set('BDCR', BDCR.BDRST);
      if ((before & BDCR.BDRST) === 0) this.#ports.resetBackup();
    } else if ((before & BDCR.RTCSEL) !== 0) {
      // A source, once selected, stays until the backup domain is reset (RM0368 §6.3.20, RTCSEL).
      this.#registers.change('BDCR', before & BDCR.RTCSEL, BDCR.RTCSEL);
    }
    this.#update();
  }

  #writeStatus(written: number): void {
    if ((written & CSR.RMVF) !== 0) this.#registers.change('CSR', 0, 0xfe00_0000);
    this.#update();
  }

  #updateEnabled(): void {
    this.#enabled.clear();
    for (const bus of BUSES)
      for (const name of peripheralsOf(bus, this.#registers.get(`${bus}ENR`))) this.#enabled.add(name);
  }

  #resetPeripherals(bus: ClockedBus, bits: number): void {
    for (const name of peripheralsOf(bus, bits)) this.#ports.resetPeripheral(name);
  }

  get #pllRunsFromHse(): boolean {
    return this.#registers.has('PLLCFGR', PLLCFGR_PLLSRC_HSE);
  }

  /** An oscillator is ready; its flag is set only if its interrupt is enabled (RM0368 §6.3.4). */
  #started(flag: number): void {
    if (this.#registers.has('CIR', flag << 8)) this.#registers.change('CIR', flag);
    this.#update();
    this.#updateInterrupt();
  }

  #updateInterrupt(): void {
    const cir = this.#registers.get('CIR');
    this.#ports.lines.set(IRQ.RCC, (cir & (cir >>> 8) & 0x3f) !== 0);
  }

  /** Lets the oscillators and the tree follow the registers. */
  #update(): void {
    const registers = this.#registers;
    this.#hsi.turn(registers.has('CR', CR.HSION));
    this.#hse.turn(registers.has('CR', CR.HSEON));
    const source = this.#pllRunsFromHse ? this.#hse : this.#hsi;
    this.#pll.turn(registers.has('CR', CR.PLLON) && source.isReady);
    this.#pllI2s.turn(registers.has('CR', CR_PLLI2S.ON) && source.isReady);
    this.#lse.turn(registers.has('BDCR', BDCR.LSEON));
    this.#lsi.turn(registers.has('CSR', CSR.LSION) || this.#lsiIsForced);
    this.#switchSource();
    this.#computeTree();
  }

  /** The switch waits until its target is ready (RM0368 §6.2.6). */
  #switchSource(): void {
    const target = this.#registers.get('CFGR') & 3;
    if ([this.#hsi, this.#hse, this.#pll][target]?.isReady) this.#registers.change('CFGR', target << 2, 12);
  }

  #computeTree(): void {
    const registers = this.#registers;
    const settings = {
      PLLCFGR: registers.get('PLLCFGR'),
      CFGR: registers.get('CFGR'),
      BDCR: registers.get('BDCR'),
      DCKCFGR: registers.get('DCKCFGR'),
    };
    const tree = clockTree(settings, {
      ...{ hsi: this.#hsi.output, hse: this.#hse.output, pll: this.#pll.isReady },
      ...{ lse: this.#lse.output, lsi: this.#lsi.output },
    });
    const before = this.#frequencies;
    this.#frequencies = this.#isInStop ? { ...STOPPED, rtcClock: tree.rtcClock } : tree;
    const names = Object.keys(tree) as (keyof ClockFrequencies)[];
    if (names.some(name => before[name] !== this.#frequencies[name]))
      for (const listener of this.#listeners) listener();
  }
}
