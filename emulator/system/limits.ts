/** Interrupts of the controller; the STM32F401 uses 0 to 84 (RM0368 table 38), and registers hold 32 each. */
export const INTERRUPTS = 96;

/** Cycles that an instruction takes on average, unless the caller knows better: as measured with Espruino. */
export const CYCLES_PER_INSTRUCTION = 1.4;

/** Cycles from the last instruction to the first of a handler, without wait states (Cortex-M4 TRM, 3.9.1). */
export const ENTRY_CYCLES = 12;
/** Cycles from the last instruction of a handler to the first of the next one. */
export const TAIL_CHAIN_CYCLES = 6;
/** Cycles from the last instruction of a handler to the next one of what it interrupted. */
export const RETURN_CYCLES = 10;

/** Faults that are kept with all they say; older ones are dropped. */
export const FAULTS_KEPT = 16;
/** Words from the top of the stack in the report of a fault. */
export const REPORTED_STACK = 24;

/** Instructions in which a loop comes round, or it is not looked at. */
export const IDLE_LOOP_MAX = 16_000;
/** Lengths that a search for a loop finds and that are tried. */
export const IDLE_CANDIDATES_MAX = 8;
/** Loops whose lengths are remembered. */
export const IDLE_LOOPS_KEPT = 8;
/** Iterations that must fit before the next alarm, or looking would cost more than running. */
export const IDLE_ITERATIONS_MIN = 4;
/** Instructions for which there must be time before the next alarm, as above, or no loop is searched for. */
export const IDLE_SEARCH_MIN = 1000;
/** Iterations of the longest known loop for which nothing is tried after a failure, at first. */
export const IDLE_REST_ITERATIONS = 0.37;
/** Ticks for which nothing is tried after a failure, at most: no part of the millisecond in which USB frames come. */
export const IDLE_REST_MAX = 31_000;
/** Ticks for which no loop is searched for after a failure, at first, and after many. */
export const IDLE_SEARCH_REST_MIN = 73_000;
export const IDLE_SEARCH_REST_MAX = 32 * 73_000;
/** Ticks after an event from outside until the program may be back in its loop. */
export const IDLE_SETTLE = 4_000;
