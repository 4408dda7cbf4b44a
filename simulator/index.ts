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
export { boot } from './boot.ts';
export { bootAgain } from './boot-again.ts';
export { BadPlan, planOfText, planText } from './faults/plan.ts';
export { type FaultyWire, faultyWire, type WireFaultKind } from './faults/wire.ts';
export * from './moved.ts';
export {
  type FobRecording,
  formatRecording,
  NotARecording,
  parseRecording,
  type RecordedFacts,
} from './recording/format.ts';
export { type Recorder, recordFob } from './recording/recorder.ts';
export { type Replay, replay } from './recording/replay.ts';
export { runScenario, runScenarioFile, type ScenarioOptions } from './scenario.ts';
export type { OpenOwner, ScenarioOwner } from './scenarios/base/owner.ts';
export { ScenarioError } from './scenarios/base/place.ts';
export { readScenario, type Scenario } from './scenarios/read.ts';
export { failureLines } from './scenarios/report/lines.ts';
export type { ScenarioFailure, ScenarioResult } from './scenarios/run.ts';
export { fileStore, memoryStore } from './state/stores.ts';
export { type Recording, recordTrace, type TraceOptions } from './trace/record.ts';
export {
  type PagePort,
  type PageWithFunctions,
  plugIntoPage,
  type WebSerialOptions,
} from './web-serial/plug.ts';
