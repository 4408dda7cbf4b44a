/**
 * The simulator as a library: `boot` a fob, press its key, read its screen, cut its power.
 * @module
 */

export type {
  BatteryFaults,
  BusFault,
  BusFaults,
  ButtonFaults,
  ClockFaults,
  CrystalFaults,
  FaultCount,
  FaultName,
  FaultPlace,
  FaultPlan,
  FaultReport,
  MemoryFaults,
  OneIn,
  PowerFaults,
  TemperatureFaults,
  WireFaults,
} from './base/fault-plan.ts';
export type {
  Bitmap,
  BluetoothHost,
  BoardName,
  BootOptions,
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
export { BadPlan, planOfText, planText } from './faults/plan.ts';
export { type FaultyWire, faultyWire, type WireFaultKind } from './faults/wire.ts';
export { boot } from './fob/boot.ts';
export { bootAgain } from './fob/boot-recorded.ts';
export * from './moved.ts';
export {
  type PagePort,
  type PageWithFunctions,
  plugIntoPage,
  type WebSerialOptions,
} from './ports/web-serial/plug.ts';
export {
  type FobRecording,
  formatRecording,
  NotARecording,
  parseRecording,
  type RecordedFacts,
} from './recording/replay/format.ts';
export { type Recorder, recordFob } from './recording/replay/recorder.ts';
export { type Replay, replay } from './recording/replay/replay.ts';
export { fileStore, memoryStore } from './recording/state/stores.ts';
export { type Recording, recordTrace, type TraceOptions } from './recording/trace/record.ts';
export type { OpenOwner, ScenarioOwner } from './scenarios/base/owner.ts';
export { ScenarioError } from './scenarios/base/place.ts';
export { runScenario, runScenarioFile, type ScenarioOptions } from './scenarios/in-node.ts';
export { readScenario, type Scenario } from './scenarios/read.ts';
export { failureLines } from './scenarios/report/plain-text.ts';
export type { ScenarioFailure, ScenarioResult } from './scenarios/run.ts';
