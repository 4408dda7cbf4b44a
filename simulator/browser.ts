/**
 * The simulator as a library for web pages: the same fob as in Node, from an image that the page brings along.
 * @module
 */

import type { BootOptions, SimulatedFob } from './base/fob.ts';
import { type ImageFiles, makeFob } from './fob/make-fob.ts';
import { makeContext } from './interpreter/contexts/browser/browser-context.ts';

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
export type { ImageFiles } from './fob/make-fob.ts';
export { isolate } from './interpreter/contexts/browser/isolate.ts';
export { memoryStore } from './recording/state/memory-store.ts';

/** As in Node, but that there is no image beside the program: a new state needs one. */
export interface BrowserBootOptions extends BootOptions {
  readonly image: ImageFiles;
}

/**
 * Makes a board of software and powers it on. A new state first gets the image's files; an existing state continues
 * with its contents. Throws for a board that is missing or unknown, if the state belongs to another board, or if there
 * is no image.
 */
export function boot(options: BrowserBootOptions): SimulatedFob {
  return makeFob(makeContext, options, () => {
    throw new TypeError('image is missing: the files of a board, by name');
  });
}
