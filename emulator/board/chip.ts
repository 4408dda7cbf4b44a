/**
 * An STM32F401CD: its processor, memories and peripherals, joined as the manual draws them (RM0368 §2). A chip begins
 * with its power; another start after a loss of power is another chip with the same flash.
 */
import type { Randomness } from '@passfob/simulator/for-emulator';
import type { Peripheral } from '../base/peripheral.ts';
import { TICKS_PER_US, Timeline } from '../base/timeline.ts';
import type { Bus } from '../core/bus.ts';
import { type Core, createCore } from '../core/core.ts';
import type { InstructionForm } from '../core/form.ts';
import type { MemoryOptions } from '../core/memory.ts';
import { Adc } from '../stm32f401/adc.ts';
import { BASE, PERIPHERAL_BYTES } from '../stm32f401/chip-addresses.ts';
import { EXTI_LINE, Exti } from '../stm32f401/exti.ts';
import { FlashController, type FlashOperation } from '../stm32f401/flash-controller.ts';
import { Gpio } from '../stm32f401/gpio.ts';
import { I2c } from '../stm32f401/i2c.ts';
import type { I2cWires } from '../stm32f401/i2c-wires.ts';
import { Iwdg } from '../stm32f401/iwdg.ts';
import { MemoryMap } from '../stm32f401/memory-map.ts';
import { PIN_PORTS, type PinPort } from '../stm32f401/pin-ports.ts';
import { Pwr } from '../stm32f401/pwr.ts';
import { type ClockOptions, Rcc } from '../stm32f401/rcc.ts';
import { CLOCKED_PERIPHERALS, type ClockedPeripheral, type ResetCause } from '../stm32f401/rcc-registers.ts';
import { Rtc } from '../stm32f401/rtc.ts';
import { Syscfg } from '../stm32f401/syscfg.ts';
import { systemMemory, TYPICAL_CALIBRATION } from '../stm32f401/system-memory.ts';
import { Tim } from '../stm32f401/tim.ts';
import { Usart } from '../stm32f401/usart.ts';
import { OtgFs, type OtgFsOptions } from '../stm32f401/usb/otg-fs.ts';
import { BusMonitor } from '../system/bus-monitor.ts';
import type { ProcessorFaultReport } from '../system/fault-report.ts';
import type { ReadState } from '../system/loop-trial.ts';
import { Processor, type RunOutcome } from '../system/processor.ts';
import { isSteadySystemRead, SYSTEM_SPACE } from '../system/system-space.ts';
import { LSI_HZ } from './limits.ts';
import type { BoardPace } from './options.ts';

/** At least so long the chip holds itself in a reset that comes from within (RM0368 §6.1.2). */
const RESET_PULSE_US = 20;
/** WKUP (RM0368 §5.4.2). */
const WAKE_PIN = { port: 'A', pin: 0 } as const;
/** Reading these registers of a port has no effect: IDR and ODR (RM0368 §8.4). */
const STEADY_PORT_OFFSETS: readonly number[] = [0x10, 0x14];
const STEADY_PORTS: readonly number[] = PIN_PORTS.map(port => BASE[`GPIO${port}`]);
/** The ADC's first channels, by port and first pin (data sheet of the STM32F401, table 8). */
const ANALOG_PINS: readonly (readonly [port: PinPort, pin: number])[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7].map(pin => ['A', pin] as const),
  ...[0, 1].map(pin => ['B', pin] as const),
  ...[0, 1, 2, 3, 4, 5].map(pin => ['C', pin] as const),
];

/** The world around a chip. */
export interface ChipOptions extends ClockOptions, BoardPace {
  /** All of it, from its first address on. The chip changes it in place. */
  readonly flash: Uint8Array;
  /** Twelve bytes that no other chip has. */
  readonly uniqueId: Uint8Array;
  /** Of the SRAM after power-on, and of the ADC's noise. */
  readonly randomness: Randomness;
  readonly ramBytes: number;
  /** The wires of I2C1. */
  readonly i2c1: I2cWires;
  /** Decides whether an operation of the flash completes. Default: it does. */
  operate?(operation: FlashOperation): void;
  /** In volts. */
  supplyVolts(): number;
  /** Of the chip. Default 25 °C. */
  celsius?(): number;
  /** Called after each reset but that of power-on. */
  onReset?(): void;
  /** Called with each fault of the program, before its handler runs. */
  onFault?(report: ProcessorFaultReport): void;
  /** Makes the core, such as one that reports what it executes. Default: `createCore`. */
  makeCore?(options: MemoryOptions): Core;
}

export class Chip {
  readonly timeline: Timeline;
  readonly processor: Processor;
  readonly ram: Uint8Array;
  readonly gpio: Gpio;
  readonly usb: OtgFs;
  readonly usarts: Readonly<Record<'USART1' | 'USART2' | 'USART6', Usart>>;
  readonly timers: Readonly<Record<'TIM2' | 'TIM3' | 'TIM4' | 'TIM5', Tim>>;
  /** The rows of the table of instructions of which the program has executed one. */
  readonly executedForms: ReadonlySet<InstructionForm>;
  readonly #options: ChipOptions;
  readonly #rcc: Rcc;
  readonly #pwr = new Pwr();
  readonly #exti: Exti;
  readonly #map: MemoryMap;
  readonly #peripherals: ReadonlyMap<string, Peripheral>;
  #rtc: Rtc | undefined;
  #resetCause: ResetCause = 'software';
  #isInDeepSleep = false;

  constructor(options: ChipOptions) {
    this.#options = options;
    // Noise, after power-on.
    this.ram = options.randomness.bytes(options.ramBytes);
    const bus: Bus = {
      read: (address, bytes) => this.#map.read(address, bytes),
      write: (address, value, bytes) => this.#map.write(address, value, bytes),
    };
    const monitor = new BusMonitor(bus, address => this.#isSteadyRead(address));
    const core = (options.makeCore ?? createCore)({ flash: options.flash, ram: this.ram, bus: monitor });
    this.executedForms = core.seenForms;
    // The processor sets its speed.
    this.timeline = new Timeline(core, 1);
    this.processor = new Processor({
      core,
      timeline: this.timeline,
      ...(options.cyclesPerInstruction && { cyclesPerInstruction: options.cyclesPerInstruction }),
      ...(options.skipsIdle !== false && {
        idle: { ram: this.ram, monitor, readState: this.#readState() },
      }),
      deepSleep: { enter: () => this.#enterDeepSleep(), leave: () => this.#leaveDeepSleep() },
      onResetRequest: () => this.reset(this.#resetCause),
      onFault: report => options.onFault?.(report),
    });
    const syscfg = new Syscfg();
    this.#exti = new Exti({ lines: this.processor.lines, portOf: line => syscfg.portOf(line) });
    this.gpio = new Gpio((port, pin, isHigh) => this.#pinChanged(port, pin, isHigh));
    this.#rcc = this.#makeRcc();
    const shared = { time: this.timeline, lines: this.processor.lines, clocks: this.#rcc };
    this.usb = new OtgFs({ ...shared, ...this.#usbOptions() });
    const usart = (name: Usart['name']) => new Usart({ name, ...shared });
    this.usarts = { USART1: usart('USART1'), USART2: usart('USART2'), USART6: usart('USART6') };
    const timer = (name: Tim['name']) => new Tim({ name, ...shared });
    this.timers = { TIM2: timer('TIM2'), TIM3: timer('TIM3'), TIM4: timer('TIM4'), TIM5: timer('TIM5') };
    const flash = this.#makeFlashController((address, bytes) => core.forget(address, bytes));
    this.#peripherals = named([
      ...[this.#rcc, this.#pwr, this.#exti, syscfg, flash, this.usb, this.#makeIwdg(), this.#makeAdc()],
      ...[new I2c({ ...shared, wires: options.i2c1 }), this.#makeRtc()],
      ...[...Object.values(this.gpio.ports), ...Object.values(this.usarts), ...Object.values(this.timers)],
    ]);
    this.#map = new MemoryMap({
      flash: options.flash,
      ram: this.ram,
      systemMemory: systemMemory({
        uniqueId: options.uniqueId,
        flashBytes: options.flash.length,
        calibration: TYPICAL_CALIBRATION,
      }),
      peripherals: this.#peripherals,
      processor: new Map([[SYSTEM_SPACE, this.processor.space]]),
      flashWrites: { write: (address, value, bytes) => flash.program(address, value, bytes) },
      isClocked: name => !isGated(name) || this.#rcc.isEnabled(name),
    });
    this.#exti.onWake((_line, kind) => {
      if (kind === 'event') this.processor.signalEvent();
    });
    this.#rcc.onChange(() => this.processor.setClock(this.#rcc.hclk));
    this.processor.setClock(this.#rcc.hclk);
    this.processor.reset();
  }

  #pinChanged(port: PinPort, pin: number, isHigh: boolean): void {
    this.#exti.pin(port, pin, isHigh);
    const wakes = port === WAKE_PIN.port && pin === WAKE_PIN.pin && this.#pwr.wakePin(isHigh);
    if (wakes && this.#isInDeepSleep && this.#pwr.standsBy) this.requestReset('power');
  }

  #usbOptions(): Pick<OtgFsOptions, 'wake' | 'waitTicks'> {
    const { usbWaitTicks: waitTicks = 2 } = this.#options;
    return { wake: () => this.#exti.edge(EXTI_LINE.OTG_FS_WAKE_UP, true), waitTicks };
  }

  #makeRcc(): Rcc {
    const { hseHz, lseHz, lseStartUs, hsiHz, lsiHz } = this.#options;
    const clocks = { hseHz, lseHz, lseStartUs, hsiHz, lsiHz };
    const given = Object.fromEntries(Object.entries(clocks).filter(([, value]) => value !== undefined));
    return new Rcc({
      time: this.timeline,
      lines: this.processor.lines,
      backupIsWritable: () => this.#pwr.backupIsWritable,
      resetBackup: () => this.#rtc?.resetBackupDomain(),
      resetPeripheral: name => this.#peripherals.get(name)?.reset(),
      ...given,
    });
  }

  /** Whether a loop that reads this word may be idle: timers, for one, count on when they are read, and are not steady. */
  #isSteadyRead(address: number): boolean {
    if (isSteadySystemRead(address)) return true;
    const block = address & ~(PERIPHERAL_BYTES - 1);
    if (block === BASE.RTC) return this.#rtc?.isSteady(address - block) === true;
    return (
      block === BASE.RCC || (STEADY_PORTS.includes(block) && STEADY_PORT_OFFSETS.includes(address - block))
    );
  }

  #readState(): ReadState {
    return {
      save: () => this.#rtc?.readState.save() ?? [],
      restore: saved => this.#rtc?.readState.restore(saved),
    };
  }

  #makeRtc(): Rtc {
    const { timeline: time } = this;
    const backupIsWritable = () => this.#pwr.backupIsWritable;
    this.#rtc = new Rtc({ time, clocks: this.#rcc, exti: this.#exti, backupIsWritable });
    return this.#rtc;
  }

  #makeFlashController(changed: (address: number, bytes: number) => void): FlashController {
    const { flash, operate } = this.#options;
    return new FlashController({
      time: this.timeline,
      lines: this.processor.lines,
      flash,
      operate: operation => (operate ? operate(operation) : operation.apply()),
      changed,
      stall: ticks => this.timeline.spend(ticks),
    });
  }

  #makeIwdg(): Iwdg {
    return new Iwdg({
      time: this.timeline,
      lsiHz: this.#options.lsiHz ?? LSI_HZ,
      forceLsi: () => this.#rcc.forceLsi(),
      requestReset: () => this.requestReset('independent-watchdog'),
    });
  }

  #makeAdc(): Adc {
    const { randomness, supplyVolts, celsius } = this.#options;
    return new Adc({
      time: this.timeline,
      lines: this.processor.lines,
      clocks: this.#rcc,
      randomness,
      voltage: channel => (this.#isHigh(channel) ? supplyVolts() : 0),
      supply: supplyVolts,
      battery: supplyVolts,
      temperature: celsius ?? (() => 25),
    });
  }

  #isHigh(channel: number): boolean {
    const pin = ANALOG_PINS[channel];
    return pin !== undefined && this.gpio.level(pin[0], pin[1]);
  }

  /** Whether all clocks but that of the RTC stand still. */
  get isInDeepSleep(): boolean {
    return this.#isInDeepSleep;
  }

  /** Ticks since it got its power. */
  get now(): number {
    return this.timeline.now;
  }

  /** Executes instructions and runs alarms until a time in ticks, or until it is halted. */
  runUntil(ticks: number): RunOutcome {
    return this.processor.runUntil(ticks);
  }

  /** Has the system reset between two instructions. */
  requestReset(cause: ResetCause): void {
    this.#resetCause = cause;
    this.processor.requestReset();
  }

  /** Resets the system, between two runs (RM0368 §6.1.1). The backup domain goes on. */
  reset(cause: ResetCause = 'pin'): void {
    this.#resetCause = 'software';
    this.#isInDeepSleep = false;
    for (const peripheral of this.#peripherals.values()) {
      if (peripheral !== this.#rcc) peripheral.reset();
    }
    this.#rcc.reset(cause);
    this.#map.reset();
    this.processor.reset();
    if (cause !== 'pin') this.timeline.spend(RESET_PULSE_US * TICKS_PER_US);
    this.#options.onReset?.();
  }

  /**
   * STOP (RM0368 §5.3.4). Standby (§5.3.5) is STOP here, with SRAM and pins as they were, but a reset leads back, from the
   * wake-up pin, too.
   */
  #enterDeepSleep(): boolean {
    this.#isInDeepSleep = true;
    if (this.#pwr.standsBy) this.#pwr.enterStandby();
    this.#rcc.enterStop();
    return true;
  }

  #leaveDeepSleep(): void {
    this.#isInDeepSleep = false;
    this.timeline.spend(this.#pwr.wakeUpUs * TICKS_PER_US);
    this.#rcc.leaveStop();
    if (this.#pwr.standsBy) this.requestReset('power');
  }
}

function named(peripherals: readonly Peripheral[]): ReadonlyMap<string, Peripheral> {
  return new Map(peripherals.map(peripheral => [peripheral.name, peripheral]));
}

function isGated(name: string): name is ClockedPeripheral {
  return Object.values(CLOCKED_PERIPHERALS).some(bus => Object.hasOwn(bus, name));
}
