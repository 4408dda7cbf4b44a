import { type Execution, TICKS_PER_US, Timeline } from '@passfob/emulator/base/timeline';
import { I2cParts } from '@passfob/emulator/board/i2c-parts';
import { Violations } from '@passfob/emulator/board/violations';
import { I2c } from '@passfob/emulator/stm32f401/i2c';
import { CR1, I2C_REGISTERS } from '@passfob/emulator/stm32f401/i2c-registers';
import type { FaultPlan } from '@passfob/simulator/base/fault-plan';
import { EEPROM_BYTES, EEPROM_WRITE_US, RTC_BYTES } from '@passfob/simulator/base/limits';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { At24c32 } from '@passfob/simulator/board/chips/at24c32';
import { Ds3231 } from '@passfob/simulator/board/chips/ds3231';
import { Ssd1306 } from '@passfob/simulator/board/chips/ssd1306';
import { FaultDraw } from '@passfob/simulator/faults/draw';
import { Operations } from '@passfob/simulator/faults/operations';
import { Region } from '@passfob/simulator/recording/state/memories';
import { memoryStore } from '@passfob/simulator/recording/state/stores';
import { makeClocks } from './settable-clocks.ts';

const START_US = Date.UTC(2026, 0, 1, 0, 0, 0) * 1000;
/** Ticks of an instruction, as on the virtual board. */
const TICKS = 1.4;

export const EEPROM = 0x57;
export const CLOCK = 0x68;

/** A processor that executes nothing in particular: time is its count of instructions. */
class Instructions implements Execution {
  executed = 0;
  stop(): void {}
}

function region(length: number): Region {
  const image = new Uint8Array(length).fill(0xff);
  const store = memoryStore();
  store.write(0, image);
  return new Region(image, store, 0, length);
}

/** I2C1 with the parts of the Espruino Pico on its wires. */
export class I2cRig {
  readonly processor = new Instructions();
  readonly timeline = new Timeline(this.processor, TICKS);
  readonly clocks = makeClocks();
  readonly faults: FaultDraw;
  readonly levels = new Map<number, boolean>();
  readonly #violations = new Violations();
  /** Whether the pins are those of I2C1. */
  isConnected = true;
  isSdaHeld = false;
  halts = 0;
  readonly memory = region(EEPROM_BYTES);
  readonly operations: Operations;
  readonly eeprom: At24c32;
  readonly rtc: Ds3231;
  readonly display: Ssd1306;
  readonly parts: I2cParts;
  readonly i2c: I2c;
  /** Called once that many ticks have passed, in place of the next instruction: an interrupt. */
  interrupt: { readonly at: number; readonly instructions: number } | undefined;

  constructor(faults: FaultPlan = {}, seed = 1) {
    this.faults = new FaultDraw(seed);
    this.faults.set(faults);
    const nowUs = () => START_US + Math.floor(this.timeline.now / TICKS_PER_US);
    this.operations = new Operations({ seed, count: 0, counted() {}, applied() {}, powerLost() {} });
    this.eeprom = new At24c32(this.memory, this.operations, nowUs, this.faults);
    this.rtc = new Ds3231(region(RTC_BYTES), nowUs, 0, this.faults);
    this.rtc.loseTime();
    this.display = new Ssd1306({ randomness: () => makeRandomness(seed), changed() {} });
    this.parts = new I2cParts({
      parts: [this.display, this.eeprom, this.rtc],
      faults: this.faults,
      violations: this.#violations,
      isConnected: () => this.isConnected,
      holds: isHeld => {
        this.isSdaHeld = isHeld;
      },
      halt: () => {
        this.halts++;
      },
    });
    this.parts.powerOn();
    this.i2c = new I2c({
      time: this.timeline,
      clocks: this.clocks.clocks,
      wires: this.parts,
      lines: { set: (number, isRequested) => this.levels.set(number, isRequested) },
    });
  }

  get violations(): readonly string[] {
    return this.#violations.all;
  }

  /** Lets some instructions pass, and what happens meanwhile. */
  run(instructions: number): void {
    const end = this.processor.executed + instructions;
    while (this.processor.executed < end) {
      const next = this.timeline.instructionsUntil(Number.POSITIVE_INFINITY);
      this.processor.executed += Math.min(next, end - this.processor.executed);
      this.timeline.runDue();
    }
    const { interrupt } = this;
    if (!interrupt || this.timeline.now < interrupt.at) return;
    this.interrupt = undefined;
    this.run(interrupt.instructions);
  }

  /** Jumps over a pause, to exactly `ticks` from now. */
  wait(ticks: number): void {
    const end = this.timeline.now + ticks;
    while (this.timeline.nextDue <= end) {
      this.timeline.moveTo(this.timeline.nextDue);
      this.timeline.runDue();
    }
    this.timeline.moveTo(end);
  }

  get(name: keyof typeof I2C_REGISTERS): number {
    return this.i2c.read(I2C_REGISTERS[name].at);
  }

  set(name: keyof typeof I2C_REGISTERS, value: number): void {
    this.i2c.write(I2C_REGISTERS[name].at, value, 0xffff_ffff);
  }

  change(name: keyof typeof I2C_REGISTERS, set: number, clear = 0): void {
    this.set(name, (this.get(name) & ~clear) | set);
  }

  /** Sets up I2C1 as ST's library does (`I2C_Init`), with an even duty cycle of fast mode. */
  setup(bitrate = 400_000): void {
    this.i2c.reset();
    this.set('CR2', 42);
    const isFast = bitrate > 100_000;
    this.set('TRISE', isFast ? 13 : 43);
    this.set('CCR', isFast ? 0x8000 | Math.floor(42e6 / (bitrate * 3)) : 42e6 / (bitrate * 2));
    this.set('CR1', CR1.PE);
    this.set('CR1', CR1.PE | CR1.ACK);
  }
}

/** Ticks of a bit at 400 kHz: CCR is 35, of which fast mode takes three times as many cycles of 42 MHz. */
export const BIT = 210;
export const BYTE = 9 * BIT;

export function ready(...options: ConstructorParameters<typeof I2cRig>): I2cRig {
  const rig = new I2cRig(...options);
  rig.setup();
  return rig;
}

/** An EEPROM that contains the numbers from 0 to 255, over and over. */
export function counting(rig: I2cRig): I2cRig {
  rig.memory.write(
    0,
    Uint8Array.from({ length: 4096 }, (_, at) => at & 255),
  );
  return rig;
}

/** Waits until an EEPROM has written its page. */
export function settle(rig: I2cRig): void {
  rig.wait((EEPROM_WRITE_US + 1) * TICKS_PER_US);
}
