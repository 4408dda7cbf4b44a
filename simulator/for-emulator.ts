/**
 * For `@passfob/emulator` of the same version alone: the chips, faults and memories that the boards of both packages have.
 * @module
 */

export { checkedParts, checkPartName, isFitted, PART_NAMES, partRecord } from './base/boards-and-parts.ts';
export { hexOf, textOf } from './base/bytes.ts';
export { areBytes, checkBytes } from './base/bytes-given.ts';
export { COMPUTER } from './base/computer.ts';
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
export { makeRandomness, type Randomness } from './base/randomness.ts';
export { type ComputerTime, type Due, Scheduler } from './base/time.ts';
export { UsageError } from './base/usage-error.ts';
export { boardRandomness } from './board/board-randomness.ts';
export { At24c32 } from './board/chips/at24c32.ts';
export { Ds3231 } from './board/chips/ds3231.ts';
export { Flash } from './board/chips/flash.ts';
export type { I2cPart } from './board/chips/i2c-part.ts';
export { hasIds } from './board/chips/report-ids.ts';
export { Sockets } from './board/chips/sockets.ts';
export { Ssd1306 } from './board/chips/ssd1306.ts';
export { insidesOf } from './board/insides.ts';
export { FobKeys } from './board/keys.ts';
export { Listeners } from './board/listeners.ts';
export { ESPRUINO_WIFI, PICO } from './board/wiring/pico.ts';
export { lowVolts } from './faults/battery.ts';
export { busFault, type TransferFault } from './faults/bus.ts';
export { restartUs } from './faults/crystal.ts';
export { FaultDraw } from './faults/draw.ts';
export { Operations, PowerLost } from './faults/operations.ts';
export { checkedPlan } from './faults/plan.ts';
export { UnsteadySupply } from './faults/supply.ts';
export { extremeClimate, USUAL_CLIMATE } from './faults/temperature.ts';
export { type CableClock, throughFaults } from './faults/wire.ts';
export {
  fillStorage,
  programFiles,
  reprogramFiles,
  StorageFiles,
} from './interpreter/storage/storage-files.ts';
export { type Memories, openMemories, Region } from './recording/state/memories.ts';
export { memoryStore } from './recording/state/memory-store.ts';
