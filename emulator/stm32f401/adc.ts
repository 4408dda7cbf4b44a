import type { Randomness } from '@passfob/simulator/for-emulator';
import type { InterruptLines, Peripheral } from '../base/peripheral.ts';
import { Registers } from '../base/registers.ts';
import { type Alarm, type BoardTime, TICKS_PER_SECOND } from '../base/timeline.ts';
import {
  ADC_REGISTERS,
  type AdcRegister,
  CCR,
  CR1,
  CR2,
  LEFT_SHIFTS,
  RESOLUTION_BITS,
  SAMPLE_CYCLES,
  SR,
} from './adc-registers.ts';
import type { Clocks } from './clocks.ts';
import { IRQ } from './interrupts.ts';

/** The world as the converter sees it. */
export interface AdcPorts {
  readonly time: BoardTime;
  readonly lines: InterruptLines;
  readonly clocks: Pick<Clocks, 'pclk2'>;
  /** Of the noise. */
  readonly randomness: Randomness;
  /** The voltage at the pin of a channel from 0 to 15, in volts. */
  voltage(channel: number): number;
  /** The supply VDDA, which is also the largest voltage that can be told, in volts. */
  supply(): number;
  /** The battery at VBAT, in volts. */
  battery(): number;
  /** Of the chip, in °C. */
  temperature(): number;
}

/** Data sheet of the STM32F401xD/xE, §6.3.21 and §6.3.23: typical values. */
const REFERENCE_VOLTS = 1.21;
const TEMPERATURE_VOLTS_AT_25 = 0.76;
const TEMPERATURE_VOLTS_PER_DEGREE = 0.0025;
/** The divider in front of the channel of VBAT (RM0368 §11.10). */
const BATTERY_DIVIDER = 4;
/** Standard deviation of a reading, in steps of 12 bits: part of the total unadjusted error of 2. */
const NOISE_STEPS = 1;

const TEMPERATURE_CHANNELS = [16, 18];
const REFERENCE_CHANNEL = 17;

/**
 * Analog-to-digital converter (RM0368 §11): regular conversions that software starts, single, in a sequence or without
 * end. Injected conversions, external triggers and DMA are left out; their registers keep their bits.
 */
export class Adc implements Peripheral {
  readonly name = 'ADC1';
  readonly #ports: AdcPorts;
  readonly #registers: Registers<AdcRegister>;
  /** The end of the conversion that is under way. */
  #conversion: Alarm | undefined;

  constructor(ports: AdcPorts) {
    this.#ports = ports;
    this.#registers = new Registers<AdcRegister>(ADC_REGISTERS, {
      SR: { written: () => this.#updateInterrupt() },
      CR1: { written: () => this.#updateInterrupt() },
      CR2: { written: (value, _before, written) => this.#writeControl(value, written) },
      DR: { read: () => this.#readData() },
      CSR: { read: () => this.#registers.get('SR') },
    });
  }

  reset(): void {
    this.#registers.reset();
    this.#stop();
    this.#updateInterrupt();
  }

  read(offset: number): number {
    return this.#registers.read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    this.#registers.write(offset, value, mask);
  }

  /** Reading the result clears EOC (RM0368 §11.12.1). */
  #readData(): number {
    this.#registers.change('SR', 0, SR.EOC);
    this.#updateInterrupt();
    return this.#registers.get('DR');
  }

  /** SWSTART is cleared as the conversion starts (RM0368 §11.12.3). */
  #writeControl(value: number, written: number): void {
    if ((value & CR2.ADON) === 0) {
      this.#stop();
    } else if ((written & CR2.SWSTART) !== 0) {
      this.#stop();
      this.#registers.change('SR', SR.STRT);
      this.#convert(0);
    }
  }

  #stop(): void {
    this.#ports.time.cancel(this.#conversion);
    this.#conversion = undefined;
  }

  /** Starts the conversion of one entry of the sequence. */
  #convert(index: number): void {
    const { time, clocks } = this.#ports;
    const channel = this.#channelAt(index);
    const cycles = (SAMPLE_CYCLES[this.#sampleTime(channel)] ?? 0) + this.#bits;
    const adcClock = clocks.pclk2 / (2 * (((this.#registers.get('CCR') >>> 16) & 3) + 1));
    if (adcClock > 0)
      this.#conversion = time.at(time.now + (cycles * TICKS_PER_SECOND) / adcClock, () =>
        this.#finish(index, channel),
      );
  }

  #finish(index: number, channel: number): void {
    const registers = this.#registers;
    this.#conversion = undefined;
    const isLast = index + 1 >= this.#length;
    const isReported = isLast || registers.has('CR2', CR2.EOCS);
    if (registers.has('CR2', CR2.EOCS) && registers.has('SR', SR.EOC)) {
      // Nobody read the last result: it stays, and the sequence stops (RM0368 §11.8.2).
      registers.change('SR', SR.OVR);
    } else {
      const result = this.#measure(channel);
      this.#guard(channel, result);
      registers.set('DR', registers.has('CR2', CR2.ALIGN) ? result << this.#leftShift : result);
      if (isReported) registers.change('SR', SR.EOC);
      if (!isLast) this.#convert(index + 1);
      else if (registers.has('CR2', CR2.CONT)) this.#convert(0);
    }
    this.#updateInterrupt();
  }

  /** Entries of the sequence: more than one only in scan mode. */
  get #length(): number {
    return this.#registers.has('CR1', CR1.SCAN) ? ((this.#registers.get('SQR1') >>> 20) & 15) + 1 : 1;
  }

  get #bits(): number {
    return RESOLUTION_BITS[(this.#registers.get('CR1') >>> 24) & 3] ?? 0;
  }

  get #leftShift(): number {
    return LEFT_SHIFTS[(this.#registers.get('CR1') >>> 24) & 3] ?? 0;
  }

  /** SQR3 holds the first six entries, SQR2 the next, SQR1 the last four. */
  #channelAt(index: number): number {
    const name = (['SQR3', 'SQR2', 'SQR1'] as const)[Math.floor(index / 6)] ?? 'SQR1';
    return (this.#registers.get(name) >>> (5 * (index % 6))) & 31;
  }

  #sampleTime(channel: number): number {
    const name = channel < 10 ? 'SMPR2' : 'SMPR1';
    return (this.#registers.get(name) >>> (3 * (channel % 10))) & 7;
  }

  /** One reading, right-aligned, with noise. */
  #measure(channel: number): number {
    const steps = (this.#volts(channel) / this.#ports.supply()) * 4096 + this.#noise();
    const full = Math.min(4095, Math.max(0, Math.floor(steps)));
    return full >>> (12 - this.#bits);
  }

  /** Sum of twelve uniform numbers: near enough to a normal distribution. */
  #noise(): number {
    let sum = -6;
    for (let i = 0; i < 12; i += 1) sum += this.#ports.randomness.fraction();
    return sum * NOISE_STEPS;
  }

  #volts(channel: number): number {
    const { voltage, battery, temperature } = this.#ports;
    if (channel < 16) return voltage(channel);
    // VBAT shares its channel with the temperature sensor and wins (RM0368 §11.9).
    if (channel === 18 && this.#registers.has('CCR', CCR.VBATE)) return battery() / BATTERY_DIVIDER;
    if (!this.#registers.has('CCR', CCR.TSVREFE)) return 0;
    if (channel === REFERENCE_CHANNEL) return REFERENCE_VOLTS;
    if (!TEMPERATURE_CHANNELS.includes(channel)) return 0;
    return TEMPERATURE_VOLTS_AT_25 + (temperature() - 25) * TEMPERATURE_VOLTS_PER_DEGREE;
  }

  /** The analog watchdog compares results of 12 bits (RM0368 §11.3.7). */
  #guard(channel: number, result: number): void {
    const registers = this.#registers;
    const isWatched =
      registers.has('CR1', CR1.AWDEN) &&
      (!registers.has('CR1', CR1.AWDSGL) || (registers.get('CR1') & 31) === channel);
    const full = result << (12 - this.#bits);
    if (isWatched && (full > registers.get('HTR') || full < registers.get('LTR')))
      registers.change('SR', SR.AWD);
  }

  #updateInterrupt(): void {
    const has = (flag: number, enable: number) =>
      this.#registers.has('SR', flag) && this.#registers.has('CR1', enable);
    this.#ports.lines.set(
      IRQ.ADC,
      has(SR.EOC, CR1.EOCIE) || has(SR.AWD, CR1.AWDIE) || has(SR.OVR, CR1.OVRIE),
    );
  }
}
