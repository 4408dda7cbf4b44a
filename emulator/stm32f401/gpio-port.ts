import type { Peripheral } from '../base/peripheral.ts';
import { type Behaviour, type Register, Registers } from '../base/registers.ts';
import { GpioLock } from './gpio-lock.ts';
import { drivenByChip, PinDrives, type PinStates, pinsWith, wireLevels } from './pin-levels.ts';
import type { PinPort } from './pin-ports.ts';

/** RM0368 §8.4.11. The reset values are those of ports C to H. */
const GPIO_REGISTERS = {
  MODER: { at: 0x00 },
  OTYPER: { at: 0x04, rw: 0xffff },
  OSPEEDR: { at: 0x08 },
  PUPDR: { at: 0x0c },
  IDR: { at: 0x10, rw: 0 },
  ODR: { at: 0x14, rw: 0xffff },
  BSRR: { at: 0x18, rw: 0 },
  LCKR: { at: 0x1c, rw: 0 },
  AFRL: { at: 0x20 },
  AFRH: { at: 0x24 },
} as const satisfies Record<string, Register>;

type GpioRegister = keyof typeof GPIO_REGISTERS;

/** The pins of the debugger start in their alternate function, with pulls (RM0368 §8.3.1). */
const RESET_VALUES: { readonly [P in PinPort]?: Readonly<Partial<Record<GpioRegister, number>>> } = {
  A: { MODER: 0xa800_0000, OSPEEDR: 0x0c00_0000, PUPDR: 0x6400_0000 },
  B: { MODER: 0x280, OSPEEDR: 0xc0, PUPDR: 0x100 },
};

/** MODER. */
const OUTPUT = 1;
const ALTERNATE = 2;
const ANALOG = 3;
/** PUPDR. */
const PULL_UP = 1;
const PULL_DOWN = 2;
const PINS = 16;

const NO_CONFIGURATION = { outputs: 0, alternates: 0, analog: 0, pulledUp: 0, pulledDown: 0 };

/** What a port reports. */
export interface GpioPortListeners {
  /** The level of the wire at a pin has changed. */
  wire(pin: number, isHigh: boolean): void;
  /** What the chip reads at a pin has changed. */
  input(pin: number, isHigh: boolean): void;
}

/** A port of sixteen pins (RM0368 §8). Where the chip and the outside both drive a wire, the chip wins. */
export class GpioPort implements Peripheral {
  readonly name: string;
  readonly #port: PinPort;
  readonly #listeners: GpioPortListeners;
  readonly #registers: Registers<GpioRegister>;
  readonly #lock = new GpioLock();
  /** Levels that the outside applies to pins. */
  readonly #outside = new PinDrives();
  /** MODER and PUPDR as a bit for each pin. */
  #configuration = NO_CONFIGURATION;
  /** A bit for each wire that is high. */
  #wires = 0;
  /** A bit for each pin that reads as high. */
  #inputs = 0;

  constructor(port: PinPort, listeners: GpioPortListeners) {
    this.name = `GPIO${port}`;
    this.#port = port;
    this.#listeners = listeners;
    this.#registers = new Registers<GpioRegister>(GPIO_REGISTERS, this.#behaviours());
    // Nobody listens yet who could use the levels that pulls give.
    this.#resetRegisters();
    this.#settle();
  }

  reset(): void {
    this.#resetRegisters();
    this.#update();
  }

  read(offset: number): number {
    return this.#registers.read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    this.#registers.write(offset, value, mask);
  }

  /** Applies a level to a pin from outside, or lets go of it. */
  drive(pin: number, level: boolean | undefined): void {
    this.#outside.set(pin, level);
    this.#update();
  }

  /** The level of the wire. */
  level(pin: number): boolean {
    return ((this.#wires >>> pin) & 1) !== 0;
  }

  /** The level that the chip itself applies, pulls not counted; undefined where it leaves the wire alone. */
  output(pin: number): boolean | undefined {
    const states = this.#states();
    return ((drivenByChip(states) >>> pin) & 1) === 0 ? undefined : ((states.levels >>> pin) & 1) !== 0;
  }

  /** The number of the alternate function that a pin has, 0 to 15; undefined in another mode. */
  alternate(pin: number): number | undefined {
    if (((this.#configuration.alternates >>> pin) & 1) === 0) return undefined;
    return (this.#registers.get(pin < 8 ? 'AFRL' : 'AFRH') >>> (4 * (pin & 7))) & 15;
  }

  #behaviours(): { [N in GpioRegister]?: Behaviour } {
    const configuration = (name: GpioRegister, bits: number, firstPin = 0): Behaviour => ({
      written: (value, before) => {
        const locked = this.#lock.fields(bits, firstPin);
        this.#registers.set(name, (value & ~locked) | (before & locked));
        this.#readConfiguration();
        this.#update();
      },
    });
    return {
      MODER: configuration('MODER', 2),
      OTYPER: configuration('OTYPER', 1),
      OSPEEDR: configuration('OSPEEDR', 2),
      PUPDR: configuration('PUPDR', 2),
      AFRL: configuration('AFRL', 4),
      AFRH: configuration('AFRH', 4, 8),
      IDR: { read: () => this.#inputs },
      ODR: { written: () => this.#update() },
      BSRR: { written: (_value, _before, written) => this.#setAndReset(written) },
      LCKR: {
        read: () => this.#lock.read(),
        written: (_value, _before, written) => this.#lock.write(written),
      },
    };
  }

  /** Where a bit is both set and reset, set wins (RM0368 §8.4.7). */
  #setAndReset(written: number): void {
    this.#registers.change('ODR', written & 0xffff, written >>> 16);
    this.#update();
  }

  #resetRegisters(): void {
    this.#registers.reset();
    for (const [name, value] of Object.entries(RESET_VALUES[this.#port] ?? {}) as [GpioRegister, number][])
      this.#registers.set(name, value);
    this.#lock.reset();
    this.#readConfiguration();
  }

  #readConfiguration(): void {
    const modes = this.#registers.get('MODER');
    const pulls = this.#registers.get('PUPDR');
    this.#configuration = {
      outputs: pinsWith(modes, OUTPUT),
      alternates: pinsWith(modes, ALTERNATE),
      analog: pinsWith(modes, ANALOG),
      pulledUp: pinsWith(pulls, PULL_UP),
      pulledDown: pinsWith(pulls, PULL_DOWN),
    };
  }

  #states(): PinStates {
    const { outputs, pulledUp, pulledDown } = this.#configuration;
    return {
      driven: outputs,
      levels: outputs & this.#registers.get('ODR'),
      openDrain: this.#registers.get('OTYPER'),
      ...{ pulledUp, pulledDown },
      outside: this.#outside.pins,
      outsideLevels: this.#outside.levels,
    };
  }

  /** Recomputes all pins and reports those that have changed. */
  #update(): void {
    const wires = this.#wires;
    const inputs = this.#inputs;
    this.#settle();
    if (wires === this.#wires && inputs === this.#inputs) return;
    const changedWires = wires ^ this.#wires;
    const changedInputs = inputs ^ this.#inputs;
    for (let pin = 0; pin < PINS; pin += 1) {
      const bit = 1 << pin;
      if ((changedWires & bit) !== 0) this.#listeners.wire(pin, (wires & bit) === 0);
      if ((changedInputs & bit) !== 0) this.#listeners.input(pin, (inputs & bit) === 0);
    }
  }

  #settle(): void {
    this.#wires = wireLevels(this.#states(), this.#wires);
    // An analog pin reads as 0 (RM0368 §8.3.12).
    this.#inputs = this.#wires & ~this.#configuration.analog;
  }
}
