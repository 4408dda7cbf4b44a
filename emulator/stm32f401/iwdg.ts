import type { Peripheral } from '../base/peripheral.ts';
import { type Register, Registers } from '../base/registers.ts';
import { type Alarm, type BoardTime, TICKS_PER_SECOND } from '../base/timeline.ts';

/** RM0368 §15.4.5. */
const IWDG_REGISTERS = {
  KR: { at: 0x00, rw: 0 },
  PR: { at: 0x04, rw: 0x7 },
  RLR: { at: 0x08, reset: 0xfff, rw: 0xfff },
  SR: { at: 0x0c, rw: 0 },
} as const satisfies Record<string, Register>;

const KEY = { RELOAD: 0xaaaa, UNLOCK: 0x5555, START: 0xcccc };
const PVU = 1;
const RVU = 2;
/** PR from 6 on divides by 256 (RM0368 §15.4.2). */
const LARGEST_PRESCALER = 6;
/** The counter starts from here unless it was reloaded before (RM0368 §15.3). */
const COUNTER_AFTER_RESET = 0xfff;
/** An update of PR or RLR takes up to five cycles of LSI (RM0368 §15.4.2). */
const UPDATE_CYCLES = 5;

export interface IwdgPorts {
  readonly time: BoardTime;
  /** The clock that drives it, in Hz: 17,000 to 47,000, typically 32,000. */
  readonly lsiHz: number;
  /** The watchdog was started: keep LSI running. */
  forceLsi(): void;
  /** The watchdog ran out: reset the system. */
  requestReset(): void;
}

/** Independent watchdog (RM0368 §15). Once started it stops for nothing but a reset; it runs in STOP, too. */
export class Iwdg implements Peripheral {
  readonly name = 'IWDG';
  readonly #ports: IwdgPorts;
  readonly #registers: Registers<keyof typeof IWDG_REGISTERS>;
  #isRunning = false;
  #isUnlocked = false;
  /** When the counter was at `#count`. */
  #since = 0;
  #count = COUNTER_AFTER_RESET;
  #alarm: Alarm | undefined;
  /** The end of each update that is under way, by its flag of SR. */
  readonly #updates = new Map<number, Alarm>();

  constructor(ports: IwdgPorts) {
    this.#ports = ports;
    this.#registers = new Registers<keyof typeof IWDG_REGISTERS>(IWDG_REGISTERS, {
      KR: { written: (_value, _before, written) => this.#writeKey(written & 0xffff) },
      PR: { written: (_value, before) => this.#writeProtected('PR', PVU, before) },
      RLR: { written: (_value, before) => this.#writeProtected('RLR', RVU, before) },
    });
  }

  reset(): void {
    this.#registers.reset();
    this.#isRunning = false;
    this.#isUnlocked = false;
    this.#count = COUNTER_AFTER_RESET;
    for (const alarm of [...this.#updates.values(), this.#alarm]) this.#ports.time.cancel(alarm);
    this.#updates.clear();
    this.#alarm = undefined;
  }

  read(offset: number): number {
    return this.#registers.read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    this.#registers.write(offset, value, mask);
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Any key but that of unlocking protects PR and RLR again (RM0368 §15.3.2). */
  #writeKey(key: number): void {
    this.#isUnlocked = key === KEY.UNLOCK;
    if (key === KEY.START && !this.#isRunning) {
      this.#isRunning = true;
      this.#ports.forceLsi();
      this.#countFrom(this.#count, this.#period);
    } else if (key === KEY.RELOAD) {
      this.#countFrom(this.#registers.get('RLR'), this.#period);
    }
  }

  #writeProtected(name: 'PR' | 'RLR', flag: number, before: number): void {
    if (!this.#isUnlocked || this.#registers.has('SR', flag)) {
      this.#registers.set(name, before);
      return;
    }
    const { time, lsiHz } = this.#ports;
    this.#registers.change('SR', flag);
    const done = () => this.#registers.change('SR', 0, flag);
    this.#updates.set(flag, time.at(time.now + (UPDATE_CYCLES * TICKS_PER_SECOND) / lsiHz, done));
    if (name === 'PR' && this.#isRunning) {
      const passed = Math.floor((time.now - this.#since) / this.#periodOf(before));
      this.#countFrom(Math.max(0, this.#count - passed), this.#period);
    }
  }

  /** Ticks for one step of the counter. */
  get #period(): number {
    return this.#periodOf(this.#registers.get('PR'));
  }

  #periodOf(prescaler: number): number {
    return ((4 << Math.min(prescaler, LARGEST_PRESCALER)) * TICKS_PER_SECOND) / this.#ports.lsiHz;
  }

  /** The reset comes when the counter reaches 0. */
  #countFrom(count: number, period: number): void {
    const { time } = this.#ports;
    this.#count = count;
    this.#since = time.now;
    time.cancel(this.#alarm);
    if (this.#isRunning)
      this.#alarm = time.at(time.now + Math.max(1, count) * period, () => this.#ports.requestReset());
  }
}
