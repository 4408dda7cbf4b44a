import { GpioPort } from './gpio-port.ts';
import { PORT_NAMES, type PortName } from './port-names.ts';

type WireListener = (port: PortName, pin: number, isHigh: boolean) => void;

/** All pins of the chip, by port and number. */
export class Gpio {
  readonly ports: Readonly<Record<PortName, GpioPort>>;
  readonly #listeners: WireListener[] = [];

  /** @param input called when the level that the chip reads at a pin has changed: `Exti.pin` */
  constructor(input: WireListener) {
    const make = (port: PortName) =>
      new GpioPort(port, {
        wire: (pin, isHigh) => {
          for (const listener of this.#listeners) listener(port, pin, isHigh);
        },
        input: (pin, isHigh) => input(port, pin, isHigh),
      });
    this.ports = Object.fromEntries(PORT_NAMES.map(name => [name, make(name)])) as Record<PortName, GpioPort>;
  }

  /** Applies a level to a pin from outside, or lets go of it. */
  drive(port: PortName, pin: number, level: boolean | undefined): void {
    this.ports[port].drive(pin, level);
  }

  /** The level of the wire at a pin. */
  level(port: PortName, pin: number): boolean {
    return this.ports[port].level(pin);
  }

  /** The level that the chip itself applies to a pin; undefined where it leaves the wire alone. */
  output(port: PortName, pin: number): boolean | undefined {
    return this.ports[port].output(pin);
  }

  /** The number of the alternate function that a pin has, or undefined in another mode. */
  alternate(port: PortName, pin: number): number | undefined {
    return this.ports[port].alternate(pin);
  }

  /** Calls `listener` whenever the level of a wire has changed. */
  onChange(listener: WireListener): void {
    this.#listeners.push(listener);
  }
}
