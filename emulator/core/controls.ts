/** What the rest of the processor and its instructions tell each other, beyond the places. */
export interface Controls {
  /** Ends the present run after the present instruction. */
  stop(): void;
  /** Receives SVC; `places[PC]` is behind it, and the run ends after it. Set by the exceptions. */
  onSupervisorCall: () => void;
  /**
   * Called before the first floating-point instruction of a context, when CONTROL.FPCA becomes 1 (ARMv7-M ARM B1.5.7):
   * FPSCR gets its default here.
   */
  onFloatingPointContext: () => void;
  /** Whether CPACR lets floating-point instructions run. */
  isFpuEnabled: boolean;
  /** CCR.DIV_0_TRP */
  trapsDivisionByZero: boolean;
}
