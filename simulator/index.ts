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
export { bootAgain } from './boot-again.ts';
export { type FaultKind, type FaultPlan, type FaultyWire, faultyWire } from './faults/wire.ts';
export {
  type FobRecording,
  formatRecording,
  NotARecording,
  parseRecording,
  type RecordedFacts,
} from './recording/format.ts';
export { type Recorder, recordFob } from './recording/recorder.ts';
export { type Replay, replay } from './recording/replay.ts';
export { fileStore, memoryStore } from './state/stores.ts';
export { type Recording, recordTrace, type TraceOptions } from './trace/record.ts';
