import type { SimulatedFob } from '../base/fob.ts';
import type { Front } from '../fronts/front.ts';

/** What hands, scripts and pages act upon: the fob with all that is plugged into it. */
export interface ControlTarget {
  readonly fob: SimulatedFob;
  /** The clock that `fob` was booted with: it decides how a press takes its time. */
  readonly clock: 'virtual' | 'real';
  readonly fronts: readonly Front[];
  /** Ends the simulator. */
  quit(): void;
}
