/**
 * For `@passfob/emulator` of the same version alone: the chips, faults and memories that the boards of both packages have.
 * @module
 */

export { hexOf, textOf } from './base/bytes.ts';
export { areBytes, checkBytes } from './base/bytes-given.ts';
export type { FaultPlan } from './base/fault-plan.ts';
export type {
  Bitmap,
  BootOptions,
  HidReport,
  PartName,
  PartsOptions,
  Screen,
  SimulatedFob,
  StateStore,
  Wire,
} from './base/fob.ts';
export {
  CONSOLE_TEXT_MAX,
  DEFAULT_SEED,
  DEFAULT_START_MS,
  EEPROM_BYTES,
  I2C_CLOCKS_TO_FREE,
  I2C_LATE_START_US,
  KEYBOARD_REPORTS_MAX,
  LARGE_EEPROM_BYTES,
  PRESS_HELD_MS,
  PRESS_SETTLE_MS,
  REAL_JUMP_MS,
  SUPPLY_VOLTS,
} from './base/limits.ts';
export { addNewest } from './base/newest.ts';
export { Operations, PowerLost } from './base/power.ts';
export { makeRandomness, type Randomness } from './base/randomness.ts';
export { type Due, type MachineTime, Scheduler } from './base/time.ts';
export { UsageError } from './base/usage-error.ts';
export { PICO } from './boards/pico.ts';
export { lowVolts } from './faults/battery.ts';
export { busFault, type TransferFault } from './faults/bus.ts';
export { restartUs } from './faults/crystal.ts';
export { FaultDraw } from './faults/draw.ts';
export { checkedPlan } from './faults/plan.ts';
export { UnsteadySupply } from './faults/supply.ts';
export { extremeClimate, USUAL_CLIMATE } from './faults/temperature.ts';
export { type CableClock, throughFaults } from './faults/wire.ts';
export { fillStorage, programFiles, reprogramFiles, StorageFiles } from './interpreter/storage-files.ts';
export { boardRandomness } from './machine/board-randomness.ts';
export { insidesOf } from './machine/insides.ts';
export { FobKeys } from './machine/keys.ts';
export { Listeners } from './machine/listeners.ts';
export { At24c32 } from './parts/at24c32.ts';
export { Ds3231 } from './parts/ds3231.ts';
export { Flash } from './parts/flash.ts';
export type { I2cPart } from './parts/part.ts';
export { hasIds } from './parts/report-ids.ts';
export { Sockets } from './parts/sockets.ts';
export { Ssd1306 } from './parts/ssd1306.ts';
export { COMPUTER } from './platform/computer.ts';
export { type Memories, openMemories, Region } from './state/memories.ts';
export { memoryStore } from './state/memory-store.ts';
