/** Numbers of the exceptions that the processor itself has (ARMv7-M ARM table B1-4). */
export const RESET = 1;
export const NMI = 2;
export const HARD_FAULT = 3;
export const MEM_MANAGE = 4;
export const BUS_FAULT = 5;
export const USAGE_FAULT = 6;
export const SV_CALL = 11;
export const PEND_SV = 14;
export const SYS_TICK = 15;
/** The number of interrupt 0 of the chip. */
export const FIRST_INTERRUPT = 16;

/** Bits of a priority that the STM32F4 implements (PM0214 §4.3.8); the others read as zero. */
export const PRIORITY_BITS = 0xf0;
