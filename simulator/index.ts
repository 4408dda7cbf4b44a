/**
 * The simulator as a library: `boot` a fob, press its key, read its screen, cut its power.
 * @module
 */

export type {
  Bitmap,
  BluetoothHost,
  BoardName,
  BootOptions,
  BusFault,
  BusFaultPlan,
  EspruinoVersion,
  HidReport,
  Insides,
  PartName,
  PartsOptions,
  Screen,
  SimulatedFob as Fob,
  StateStore,
  StorageFile,
  StoragePage,
  UsbComputer,
  UsbHid,
  Wear,
  Wire,
} from './base/fob.ts';
export { boot } from './boot.ts';
export { type FaultKind, type FaultPlan, type FaultyWire, faultyWire } from './faults/wire.ts';
export { fileStore, memoryStore } from './state/stores.ts';
export { type Recording, recordTrace, type TraceOptions } from './trace/record.ts';
