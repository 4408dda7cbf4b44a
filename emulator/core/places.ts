/**
 * The processor's whole state lies in one array of 32-bit integers, so that an operand of an instruction is always an
 * index into it: a register, a flag, a scratch value, or (from `CONSTANTS` on) a constant.
 */
export const SP = 13;
export const LR = 14;
/** Address of the next instruction; without its Thumb bit. Negative as a signed number where it is an EXC_RETURN. */
export const PC = 15;
/** Scratch of one instruction. */
export const SCRATCH = 16;
/** Takes results that nobody wants. */
export const SINK = 17;
/** A result: N is its sign, Z is set where it is 0. */
export const NZ = 18;
/** Carry: 0 or 1. */
export const CARRY = 19;
/** Overflow: the sign of this number. */
export const OVERFLOW = 20;
/** Q flag (saturation): 0 or 1. */
export const SATURATED = 21;
/** GE flags: a byte of ones for each that is set. */
export const GREATER = 22;
/** Number of the exception that runs, 0 in thread mode (ARMv7-M ARM B1.4.2). */
export const IPSR = 23;
export const PRIMASK = 24;
export const BASEPRI = 25;
export const FAULTMASK = 26;
/** Bit 0 nPRIV, bit 1 SPSEL, bit 2 FPCA. */
export const CONTROL = 27;
/** The stack pointer that is not in use: the process stack in handler mode. */
export const OTHER_SP = 28;
/** What the processor sleeps for until it wakes: 0 while it is awake, else one of the two below. */
export const ASLEEP = 29;
/** In ASLEEP after WFI, and after WFE: an event wakes only the second. */
export const FOR_INTERRUPT = 1;
export const FOR_EVENT = 2;
export const FPSCR = 30;
/** Instructions that the present run may still execute, the present one counted. */
export const REMAINING = 31;
/** S0 to S31. */
export const S0 = 32;
/** The event register, which WFE waits for: 0 or 1 (ARMv7-M ARM B1.5.18). */
export const EVENT = 64;
/** 1 while LDREX has claimed an address. Exception entry and return set it to 0 (ARMv7-M ARM A3.4.4). */
export const IS_CLAIMED = 65;
export const CLAIM = 66;
export const CONSTANTS = 67;

/** Places for constants: a firmware of 320 kB needs some 20,000. */
export const PLACES = 1 << 16;
