import type { SimulatedFob } from '../base/fob.ts';
import type { Front } from '../fronts/front.ts';

/** The object of faceplates, scripts and pages: the fob with everything plugged into it. */
export interface ControlTarget {
  readonly fob: SimulatedFob;
  /** The clock that `fob` was booted with; `press` depends on it. */
  readonly clock: 'virtual' | 'real';
  readonly fronts: readonly Front[];
  /** Ends the simulator. */
  quit(): void;
}
