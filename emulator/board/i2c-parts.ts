import {
  busFault,
  type FaultDraw,
  I2C_CLOCKS_TO_FREE,
  I2C_LATE_START_US,
  type I2cPart,
  PowerLost,
  Sockets,
  type TransferFault,
} from '@passfob/simulator/for-emulator';
import type { I2cWires } from '../stm32f401/i2c-wires.ts';
import { TRANSFER_BYTES_MAX } from './limits.ts';
import type { Violations } from './violations.ts';

/** A refused write takes each byte with odds of 3 in 4, so that the EEPROM gets any number of the first ones. */
const BYTES_TO_DRAW = 3;

export interface I2cPartsOptions {
  /** All that may be on the bus; they are, until `connect` takes one off. */
  readonly parts: readonly I2cPart[];
  readonly faults: FaultDraw;
  /** Receives acts of the firmware that stall a real board. */
  readonly violations: Violations;
  /** Whether I2C1 has the pins that the parts are soldered to. */
  isConnected(): boolean;
  /** Called when a part begins to hold SDA low, and when it lets go. */
  holds(isHeld: boolean): void;
  /**
   * The power was cut in a page write of the EEPROM, which is torn. Must end the run of the processor before its next
   * instruction: PowerLost goes no further than here, because I2C1 stops the transfer in an alarm between two
   * instructions.
   */
  halt(): void;
}

interface Transfer {
  readonly part: I2cPart;
  /** What was written so far; undefined in a read. */
  readonly written: number[] | undefined;
  readonly next: () => number;
}

/**
 * The parts of the board as I2C1 meets them on the wires, byte by byte. A part gets what was written at the end of the
 * transfer, of which the EEPROM's write takes place at a stop only.
 *
 * The faults are those of `faults/bus.ts`, one transfer from each start, repeated ones included:
 * - `late`: the start comes later than Espruino's driver waits for it.
 * - `hang`: a part holds SDA low from before the start until SCL has risen nine times.
 * - `fail`: the stop of a read comes with the last byte, so that the driver misses that one; a write is not acknowledged
 *   at its address or at one of its bytes, and where it was too short for that, the next transfer fails in its place.
 */
export class I2cParts implements I2cWires {
  readonly #options: I2cPartsOptions;
  readonly #sockets: Sockets;
  #transfer: Transfer | undefined;
  #transfers = 0;
  /** The failure that the present transfer is to suffer. */
  #failure: TransferFault | undefined;
  #missesEnd = false;
  /** How often SCL must rise before a part lets go of SDA. */
  #held = 0;

  constructor(options: I2cPartsOptions) {
    this.#options = options;
    this.#sockets = new Sockets(options.parts);
  }

  /** Starts so far, or since `countAnew`. */
  get transfers(): number {
    return this.#transfers;
  }

  /** Counts transfers from 1 again, for a new plan. */
  countAnew(): void {
    this.#transfers = 0;
    this.#failure = undefined;
  }

  /** Whether a part holds SDA low, also while I2C1 has other pins. */
  get holdsSda(): boolean {
    return this.#held > 0;
  }

  get isHeld(): boolean {
    return this.#held > 0 && this.#options.isConnected();
  }

  get missesEnd(): boolean {
    return this.#missesEnd;
  }

  start(): number {
    this.#end(false);
    this.#transfers++;
    const fault = busFault(this.#options.faults, this.#transfers);
    if (fault?.kind === 'fail') this.#failure = fault;
    if (fault?.kind === 'hang') this.#hold(I2C_CLOCKS_TO_FREE);
    return fault?.kind === 'late' ? I2C_LATE_START_US : 0;
  }

  address(address: number, isRead: boolean): boolean {
    this.#missesEnd = false;
    const part = this.#options.isConnected() ? this.#sockets.partAt(address) : undefined;
    if (!part) return false;
    if (!part.ready()) {
      this.#options.violations.add(() => `${part.name} addressed during its write time`);
      return false;
    }
    if (isRead) {
      this.#missesEnd = this.#failure !== undefined;
      this.#failure = undefined;
      this.#transfer = { part, written: undefined, next: part.startRead() };
      return true;
    }
    if (this.#refuses()) return false;
    this.#transfer = { part, written: [], next: () => 0xff };
    return true;
  }

  #refuses(): boolean {
    const refuses = this.#failure?.arriving(BYTES_TO_DRAW) === 0;
    if (refuses) this.#failure = undefined;
    return refuses;
  }

  write(byte: number): boolean {
    const transfer = this.#present();
    if (!transfer?.written || this.#refuses()) return false;
    if (transfer.written.length === TRANSFER_BYTES_MAX) return false;
    transfer.written.push(byte);
    return true;
  }

  read(): number {
    return this.#present()?.next() ?? 0xff;
  }

  /** The transfer, unless its part was pulled off meanwhile. */
  #present(): Transfer | undefined {
    const transfer = this.#transfer;
    return transfer && this.#sockets.isConnected(transfer.part) ? transfer : undefined;
  }

  stop(): void {
    this.#end(true);
  }

  abandon(): void {
    this.#end(false);
  }

  #end(isStopped: boolean): void {
    const transfer = this.#present();
    this.#transfer = undefined;
    if (!transfer?.written || transfer.written.length === 0) return;
    try {
      transfer.part.write(Uint8Array.from(transfer.written), isStopped);
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error;
      this.#options.halt();
    }
  }

  #hold(clocks: number): void {
    const wasHeld = this.#held > 0;
    this.#held = clocks;
    if (wasHeld !== clocks > 0) this.#options.holds(clocks > 0);
  }

  /** SCL rises by hand while the firmware lets go of SDA: a part that holds SDA gives out a bit. */
  clock(): void {
    if (this.#held > 0) this.#hold(this.#held - 1);
  }

  isPartConnected(part: I2cPart): boolean {
    return this.#sockets.isConnected(part);
  }

  /** @param powered whether the board is */
  connect(part: I2cPart, connected: boolean, powered: boolean): void {
    this.#sockets.connect(part, connected, powered);
  }

  powerOn(): void {
    this.#sockets.powerOn();
  }

  /** A clock with a battery keeps what has arrived; an EEPROM that got no stop writes nothing. */
  powerOff(): void {
    this.#end(false);
    this.#failure = undefined;
    this.#hold(0);
    this.#sockets.powerOff();
  }
}
