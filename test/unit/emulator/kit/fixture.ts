import type { InterruptLines, Peripheral } from '@passfob/emulator/base/peripheral';
import { TICKS_PER_US, Timeline } from '@passfob/emulator/base/timeline';

/** Time that passes only when the test says so: its processor executes nothing. */
export function makeStillTime() {
  const time = new Timeline({ executed: 0, stop: () => undefined }, 1);
  return {
    time,
    /** Runs the alarms of the next `us` microseconds, each at its moment. */
    pass(us: number): void {
      const end = time.now + us * TICKS_PER_US;
      while (time.nextDue <= end) {
        time.moveTo(time.nextDue);
        time.runDue();
      }
      time.moveTo(end);
    },
  };
}

/** Keeps which interrupts are requested. */
export class RecordedLines implements InterruptLines {
  readonly requested = new Set<number>();

  set(number: number, isRequested: boolean): void {
    if (isRequested) this.requested.add(number);
    else this.requested.delete(number);
  }
}

/** What a driver sees of a peripheral. */
export type Registers = Pick<Peripheral, 'read' | 'write'>;

/** A store of a word, as STR makes it. */
export function store(peripheral: Registers, offset: number, value: number): void {
  peripheral.write(offset, value >>> 0, 0xffff_ffff);
}

/** Sets bits of a word by a load and a store, as drivers do with `|=`. */
export function setBits(peripheral: Registers, offset: number, bits: number): void {
  store(peripheral, offset, peripheral.read(offset) | bits);
}

/** Clears bits of a word by a load and a store. */
export function clearBits(peripheral: Registers, offset: number, bits: number): void {
  store(peripheral, offset, peripheral.read(offset) & ~bits);
}

/** A store of a half-word, at an even offset. */
export function storeHalf(peripheral: Registers, offset: number, value: number): void {
  const shift = 8 * (offset & 2);
  peripheral.write(offset & ~3, (value << shift) >>> 0, (0xffff << shift) >>> 0);
}
