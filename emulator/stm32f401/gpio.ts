import { GpioPort } from './gpio-port.ts';
import { PIN_PORTS, type PinPort } from './pin-ports.ts';

type WireListener = (port: PinPort, pin: number, isHigh: boolean) => void;

/** All pins of the chip, by port and number. */
export class Gpio {
  readonly ports: Readonly<Record<PinPort, GpioPort>>;
  readonly #listeners: WireListener[] = [];

  /** @param input called when the level that the chip reads at a pin has changed: `Exti.pin` */
  constructor(input: WireListener) {
    const make = (port: PinPort) =>
      new GpioPort(port, {
        wire: (pin, isHigh) => {
          for (const listener of this.#listeners) listener(port, pin, isHigh);
        },
        input: (pin, isHigh) => input(port, pin, isHigh),
      });
    this.ports = Object.fromEntries(PIN_PORTS.map(name => [name, make(name)])) as Record<PinPort, GpioPort>;
  }

  /** Applies a level to a pin from outside, or lets go of it. */
  drive(port: PinPort, pin: number, level: boolean | undefined): void {
    this.ports[port].drive(pin, level);
  }

  /** The level of the wire at a pin. */
  level(port: PinPort, pin: number): boolean {
    return this.ports[port].level(pin);
  }

  /** The level that the chip itself applies to a pin; undefined where it leaves the wire alone. */
  output(port: PinPort, pin: number): boolean | undefined {
    return this.ports[port].output(pin);
  }

  /** The number of the alternate function that a pin has, or undefined in another mode. */
  alternate(port: PinPort, pin: number): number | undefined {
    return this.ports[port].alternate(pin);
  }

  /** Calls `listener` whenever the level of a wire has changed. */
  onChange(listener: WireListener): void {
    this.#listeners.push(listener);
  }
}
