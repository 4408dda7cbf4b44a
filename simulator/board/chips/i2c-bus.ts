import { I2C_BITS_PER_BYTE, I2C_CLOCKS_TO_FREE, I2C_DEFAULT_BITRATE } from '../../base/limits.ts';
import { busFault, type TransferFault } from '../../faults/bus.ts';
import { FaultDraw } from '../../faults/draw.ts';
import { type I2cDriver, STM32_I2C } from '../wiring/i2c-driver.ts';
import type { I2cPart } from './i2c-part.ts';
import { Sockets } from './sockets.ts';

/** No part acknowledged, or the driver missed that one did. */
export class NoAcknowledge extends Error {}
/** The bus did not start the transfer. */
export class NoStart extends Error {}

/**
 * The wires between the microcontroller and its parts. A part that does not acknowledge costs the time that
 * Espruino's driver waits for it. Addressing a busy part is also recorded as a violation, because an STM32 stalls for it.
 */
export class I2cBus {
  readonly #sockets: Sockets;
  readonly #spend: (us: number) => void;
  readonly #violations: string[];
  #bitrate = I2C_DEFAULT_BITRATE;
  #connected = false;
  /** The microcontroller finds the bus busy: on an STM32 for ever, until a setup. */
  #stuck = false;
  /** Clocks that a part which holds SDA has yet to see. */
  #held = 0;
  readonly #faults: FaultDraw;
  readonly #driver: I2cDriver;
  #transfers = 0;

  constructor(
    parts: readonly I2cPart[],
    spend: (us: number) => void,
    violations: string[],
    faults = new FaultDraw(0),
    driver = STM32_I2C,
  ) {
    this.#driver = driver;
    this.#faults = faults;
    this.#sockets = new Sockets(parts);
    this.#spend = spend;
    this.#violations = violations;
  }

  get transfers(): number {
    return this.#transfers;
  }

  /** Counts transfers from 1 again, for a new plan. */
  countAnew(): void {
    this.#transfers = 0;
  }

  /** `connected`: whether the chosen pins are those of the parts. */
  setup(bitrate: number, connected: boolean): void {
    this.#bitrate = bitrate;
    this.#connected = connected;
    // A held SDA looks busy from the start.
    this.#stuck = this.#held > 0;
  }

  /** The image drives a pin of the bus by hand: I2C1 loses it, and with SDA released a clock frees the parts a bit. */
  takePins(clocked: boolean): void {
    this.#connected = false;
    if (clocked && this.#held > 0) this.#held--;
  }

  /** Throws NoAcknowledge or NoStart. */
  write(address: number, bytes: Uint8Array): void {
    const fault = this.#begin(bytes.length);
    const part = this.#address(address, bytes.length);
    if (!fault) part.write(bytes);
    else {
      const arriving = fault.arriving(bytes.length);
      part.write(bytes.subarray(0, arriving));
      this.#giveUp(bytes.length - arriving);
    }
  }

  /** Throws NoAcknowledge or NoStart. */
  read(address: number, count: number): Uint8Array {
    const fault = this.#begin(count);
    const bytes = this.#address(address, count).read(count);
    if (fault) this.#giveUp(0);
    return bytes;
  }

  /** Whether a part holds SDA low. */
  get isHeld(): boolean {
    return this.#held > 0;
  }

  isConnected(part: I2cPart): boolean {
    return this.#sockets.isConnected(part);
  }

  /** `powered`: whether the board is. */
  connect(part: I2cPart, connected: boolean, powered: boolean): void {
    this.#sockets.connect(part, connected, powered);
  }

  powerOn(): void {
    this.#sockets.powerOn();
  }

  /** The microcontroller was reset: it must set up its pins again, while the parts keep running. */
  release(): void {
    this.#connected = false;
    this.#bitrate = I2C_DEFAULT_BITRATE;
  }

  powerOff(): void {
    this.release();
    this.#stuck = false;
    this.#held = 0;
    this.#sockets.powerOff();
  }

  /** Starts a transfer. Returns its fault if it is one that comes later. */
  #begin(count: number): TransferFault | undefined {
    this.#transfers++;
    const fault = busFault(this.#faults, this.#transfers);
    const driver = this.#driver;
    if (driver.busyUs === 0) this.#stuck = this.#held > 0;
    if (this.#stuck) {
      this.#spend(driver.busyUs || driver.heldUs(count));
      throw new NoStart();
    }
    if (!fault || fault.kind === 'fail') return fault;
    this.#stuck = true;
    if (fault.kind === 'hang') this.#held = I2C_CLOCKS_TO_FREE;
    this.#spend(fault.kind === 'late' ? driver.startUs : driver.heldUs(count));
    throw new NoStart();
  }

  #address(address: number, count: number): I2cPart {
    const part = this.#connected ? this.#sockets.partAt(address) : undefined;
    if (part?.ready()) {
      this.#spend(Math.ceil(((count + 1) * I2C_BITS_PER_BYTE * 1e6) / this.#bitrate));
      return part;
    }
    if (part && !part.ready()) this.#violations.push(`${part.name} addressed during its write time`);
    return this.#giveUp(count);
  }

  /** Waits for the acknowledge of the address, or of the last byte, and of this many more bytes. */
  #giveUp(count: number): never {
    this.#spend(this.#driver.silentUs(count));
    throw new NoAcknowledge();
  }
}
