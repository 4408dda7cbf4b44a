import type { SimulatedFob } from '../../base/fob.ts';
import type { Front } from '../../ports/front.ts';
import type { Recorder } from '../../recording/replay/recorder.ts';
import type { BootAgain } from '../../recording/replay/replay.ts';

/** The object of faceplates, scripts and pages: the fob with everything plugged into it. */
export interface ControlTarget {
  readonly fob: SimulatedFob;
  /** The clock that `fob` was booted with; `press` depends on it. */
  readonly clock: 'virtual' | 'real';
  readonly fronts: readonly Front[];
  /** Records what comes to the fob. Absent where the fob was not fresh, so that a recording could not be replayed. */
  readonly recorder?: Recorder;
  /** Pairing keys of a test, 32 bytes each, with which sealed frames are opened and marked. */
  readonly traceKeys?: readonly Uint8Array[];
  /** Boots a fresh fob to replay a recording. Absent where there is no image for it. */
  readonly bootAgain?: BootAgain;
  /** Ends the simulator. */
  quit(): void;
}
