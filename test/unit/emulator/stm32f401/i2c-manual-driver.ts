import { CR1, SR1, SR2 } from '@passfob/emulator/stm32f401/i2c-registers';
import type { I2cRig } from './i2c-kit.ts';

/** Instructions of one look at a flag. */
const LOOK = 8;
/** Looks at a flag that does not come. */
const LOOKS = 20_000;

/** A transfer that the manual's sequences do not end. */
export class NoEvent extends Error {}

/** Waits for a flag of SR1. Throws NoEvent at a flag of `failing`, or after a long time. */
function waitFor(rig: I2cRig, flag: number, failing = SR1.AF | SR1.ARLO): void {
  for (let looks = 0; looks < LOOKS; looks++) {
    rig.run(LOOK);
    const flags = rig.get('SR1');
    if (flags & flag) return;
    if (flags & failing) throw new NoEvent(`flags ${flags.toString(16)}`);
  }
  throw new NoEvent(`no flag ${flag.toString(16)}`);
}

/** Start, and an address that is acknowledged; ADDR is set (RM0368 §18.3.3, EV5). */
function select(rig: I2cRig, address: number, isRead: boolean): void {
  rig.change('CR1', CR1.START);
  waitFor(rig, SR1.SB);
  rig.set('DR', (address << 1) | (isRead ? 1 : 0));
  waitFor(rig, SR1.ADDR);
}

/** RM0368 §18.3.3: without a stop a start or a stop must follow. */
export function manualWrite(rig: I2cRig, address: number, bytes: readonly number[], stops = true): void {
  select(rig, address, false);
  rig.get('SR2');
  for (const byte of bytes) {
    waitFor(rig, SR1.TXE);
    rig.set('DR', byte);
  }
  waitFor(rig, bytes.length > 0 ? SR1.BTF : SR1.TXE);
  if (stops) manualStop(rig);
}

export function manualStop(rig: I2cRig): void {
  rig.change('CR1', CR1.STOP);
  while (rig.get('SR2') & SR2.BUSY) rig.run(LOOK);
}

/** RM0368 §18.3.3, master receiver, method 2: for software that may be interrupted. */
export function manualRead(rig: I2cRig, address: number, count: number): number[] {
  rig.change('CR1', CR1.ACK, CR1.POS);
  if (count === 2) rig.change('CR1', CR1.POS);
  select(rig, address, true);
  const bytes = count === 1 ? readOne(rig) : count === 2 ? readTwo(rig) : readMany(rig, count);
  while (rig.get('SR2') & SR2.BUSY) rig.run(LOOK);
  return bytes;
}

function readOne(rig: I2cRig): number[] {
  rig.change('CR1', 0, CR1.ACK);
  rig.get('SR2');
  rig.change('CR1', CR1.STOP);
  waitFor(rig, SR1.RXNE);
  return [rig.get('DR')];
}

function readTwo(rig: I2cRig): number[] {
  rig.get('SR2');
  rig.change('CR1', 0, CR1.ACK);
  waitFor(rig, SR1.BTF);
  rig.change('CR1', CR1.STOP);
  return [rig.get('DR'), rig.get('DR')];
}

function readMany(rig: I2cRig, count: number): number[] {
  const bytes: number[] = [];
  rig.get('SR2');
  while (bytes.length < count - 3) {
    waitFor(rig, SR1.RXNE);
    bytes.push(rig.get('DR'));
  }
  waitFor(rig, SR1.BTF);
  rig.change('CR1', 0, CR1.ACK);
  bytes.push(rig.get('DR'));
  rig.change('CR1', CR1.STOP);
  bytes.push(rig.get('DR'));
  waitFor(rig, SR1.RXNE);
  bytes.push(rig.get('DR'));
  return bytes;
}
