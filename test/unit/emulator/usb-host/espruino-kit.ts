import { readFileSync } from 'node:fs';
import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { Chip } from '@passfob/emulator/board/chip';
import { firmwareOf, programmed } from '@passfob/emulator/board/firmware';
import { KINDS } from '@passfob/emulator/board/kinds';
import type { I2cWires } from '@passfob/emulator/stm32f401/i2c-wires';
import type { ReceivedReport } from '@passfob/emulator/usb-host/hid-driver';
import { HostComputer } from '@passfob/emulator/usb-host/host-computer';
import { makeRandomness } from '@passfob/simulator/base/randomness';

/** Past the start of the crystal, about which the firmware waits inside an interrupt two seconds after its power. */
const BOOT_MS = 3_000;

/** Wires without any part. */
const NO_PARTS: I2cWires = {
  isHeld: false,
  missesEnd: false,
  start: () => 0,
  address: () => false,
  write: () => false,
  read: () => 0xff,
  stop: () => {},
  abandon: () => {},
};

/** A chip with Espruino's firmware and nothing at its pins but a computer. */
export class Espruino {
  readonly chip: Chip;
  readonly host: HostComputer;
  readonly reports: ReceivedReport[] = [];
  #text = '';

  constructor(path: string) {
    this.chip = new Chip({
      flash: programmed(firmwareOf(new Uint8Array(readFileSync(path)))),
      ramBytes: KINDS.pico.ramBytes,
      uniqueId: new Uint8Array(12),
      randomness: makeRandomness(1, 'chip'),
      i2c1: NO_PARTS,
      supplyVolts: () => 3.3,
    });
    this.host = new HostComputer({
      time: this.chip.timeline,
      device: this.chip.usb,
      onVbus: isOn => this.chip.gpio.drive('A', 9, isOn),
    });
    this.host.serial.onData(bytes => {
      this.#text += Buffer.from(bytes).toString('latin1');
    });
    this.host.hid.onReport(report => this.reports.push(report));
    this.host.plug();
    this.run(BOOT_MS);
  }

  run(milliseconds: number): void {
    this.chip.runUntil(this.chip.now + milliseconds * 1000 * TICKS_PER_US);
  }

  /** Returns what the board has said since the last time. */
  said(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  /** Sends a line; returns what the board says within `milliseconds`. */
  evaluated(line: string, milliseconds = 200): string {
    this.said();
    this.host.serial.write(Buffer.from(`${line}\n`, 'latin1'));
    this.run(milliseconds);
    return this.said();
  }
}

const boards = new Map<string, Espruino>();

/** Returns the board with this firmware, booted once for all tests of a file, at its prompt. */
export function booted(path: string): Espruino {
  const board = boards.get(path) ?? new Espruino(path);
  boards.set(path, board);
  return board;
}
