import type { Progress } from '../base/timeline.ts';

/** A Cortex-M4 that executes instructions; exceptions are entered and left from outside, between two of its runs. */
export interface Core extends Progress {
  /** Its state, by the indexes of `places.ts`. */
  readonly places: Int32Array;
  /**
   * Executes up to `count` instructions from `places[PC]`. Ends early after `stop`, WFI and WFE, after an instruction
   * that may let an interrupt in (CPS, MSR), and where the PC becomes an EXC_RETURN.
   * @throws ProcessorFault with `places[PC]` at the instruction
   */
  run(count: number): void;
  /** Drops what was decoded from this span of flash, which has changed. */
  forget(address: number, bytes: number): void;
  /** Loads and stores of the processor itself, for the exception entry. @throws ProcessorFault */
  load(address: number): number;
  store(address: number, value: number): void;
  /** Receives SVC; the PC is behind it. Set by the exceptions. */
  onSupervisorCall: () => void;
}
