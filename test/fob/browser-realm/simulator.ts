/**
 * The simulator of a browser in the place of Node's: the project `browser-realm` (vitest.config.ts) gives it to tests of
 * images, which import `@passfob/simulator`.
 */
import type { BootOptions, SimulatedFob } from '@passfob/simulator/base/fob';
import { builtImage } from '@passfob/simulator/fob/built-image';
import { startWorker } from './worker.ts';

const { simulator } = startWorker();

export type * from '@passfob/simulator/base/fault-plan';
export type * from '@passfob/simulator/base/fob';

export const { memoryStore } = simulator;

/** The image that a page would bring along is the built one. */
export function boot(options: BootOptions): SimulatedFob {
  return simulator.boot({ ...options, image: options.image ?? builtImage(options.board) });
}
