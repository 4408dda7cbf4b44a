import { type Core, createCore } from '@passfob/emulator/core/core';
import { RecordedDevices } from './devices.ts';

/** As `oracle/oracle.c` has them. */
export const FLASH_AT = 0x0800_0000;
export const FLASH_BYTES = 0x8_0000;
export const RAM_AT = 0x2000_0000;
export const RAM_BYTES = 0x1_8000;

/** Our core with the memories of the oracle, and devices that remember their accesses. */
export interface OurSide {
  readonly core: Core;
  readonly flash: Uint8Array;
  readonly ram: Uint8Array;
  readonly ramWords: Int32Array;
  readonly devices: RecordedDevices;
}

/** @param memory what the memories hold from their first address on; the rest of them is as in `oracle/oracle.c` */
export function makeOurSide(memory: { readonly flash: Uint8Array; readonly ram: Uint8Array }): OurSide {
  const flash = new Uint8Array(FLASH_BYTES).fill(0xff);
  const ram = new Uint8Array(RAM_BYTES);
  flash.set(memory.flash);
  ram.set(memory.ram);
  const devices = new RecordedDevices();
  const core = createCore({ flash, ram, bus: devices });
  core.isFpuEnabled = true;
  return { core, flash, ram, ramWords: new Int32Array(ram.buffer), devices };
}
