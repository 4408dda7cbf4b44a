import type { Core } from '../core/core.ts';
import { CONTROL, FPSCR, IPSR, LR, PC, S0, SP } from '../core/places.ts';
import {
  FLOATING_POINT_ACTIVE,
  programStatus,
  setConditionFlags,
  setGreaterFlags,
  THUMB_STATE,
} from '../core/status.ts';

/** The scratch register between calls. */
const IP = 12;
/** Bit 9 of a stacked xPSR: the stack pointer was moved to a multiple of 8 (ARMv7-M ARM B1.5.7). */
const REALIGNED = 1 << 9;
/** Bytes of the basic frame, and of one with S0 to S15, FPSCR and a reserved word (ARMv7-M ARM B1.5.6). */
const BASIC = 0x20;
const EXTENDED = 0x68;

/** Where a frame lies. */
export interface StackedFrame {
  readonly address: number;
  /** Whether S0 to S15 and FPSCR are in it. */
  readonly isExtended: boolean;
}

/**
 * Pushes the registers that a handler may change to the present stack, and moves `places[SP]` there. Floating-point
 * registers are written at once: with lazy stacking (B1.5.7) memory would get them later or never, in the same words. IT
 * bits are stacked as 0: the core knows conditions by the addresses of instructions, and finds them after a return.
 * @throws ProcessorFault after the stack pointer has moved, if nothing is at the address
 */
export function pushFrame(core: Core, returnAddress: number, alignsTo8: boolean): StackedFrame {
  const { places } = core;
  const isExtended = ((places[CONTROL] ?? 0) & FLOATING_POINT_ACTIVE) !== 0;
  const before = places[SP] ?? 0;
  const isRealigned = (alignsTo8 || isExtended) && (before & 4) !== 0;
  const address = (before - (isExtended ? EXTENDED : BASIC) - (isRealigned ? 4 : 0)) >>> 0;
  const status = programStatus(places) | (isRealigned ? REALIGNED : 0);
  places[SP] = address;
  const integers = [0, 1, 2, 3, IP, LR].map(register => places[register] ?? 0);
  for (const [index, value] of [...integers, returnAddress, status].entries())
    core.store(address + 4 * index, value);
  if (isExtended) {
    for (let index = 0; index < 16; index++) core.store(address + BASIC + 4 * index, places[S0 + index] ?? 0);
    core.store(address + BASIC + 64, places[FPSCR] ?? 0);
  }
  return { address, isExtended };
}

export interface PoppedFrame {
  /** Above the frame. */
  readonly stackPointer: number;
  /** Whether the status word has bit T, without which no instruction can be executed. */
  readonly isThumb: boolean;
}

/**
 * Loads the registers from a frame.
 * @throws ProcessorFault with the registers as they were, if nothing is at the address
 */
export function popFrame(core: Core, { address, isExtended }: StackedFrame): PoppedFrame {
  const { places } = core;
  const integers = Array.from({ length: 8 }, (_, index) => core.load(address + 4 * index));
  const floats = isExtended
    ? Array.from({ length: 17 }, (_, index) => core.load(address + BASIC + 4 * index))
    : [];
  const [r0 = 0, r1 = 0, r2 = 0, r3 = 0, ip = 0, lr = 0, pc = 0, status = 0] = integers;
  places.set([r0, r1, r2, r3], 0);
  places[IP] = ip;
  places[LR] = lr;
  places[PC] = pc & ~1;
  places.set(floats.slice(0, 16), S0);
  if (isExtended) places[FPSCR] = floats[16] ?? 0;
  places[CONTROL] =
    ((places[CONTROL] ?? 0) & ~FLOATING_POINT_ACTIVE) | (isExtended ? FLOATING_POINT_ACTIVE : 0);
  setConditionFlags(places, status);
  setGreaterFlags(places, status);
  places[IPSR] = status & 0x1ff;
  const size = isExtended ? EXTENDED : BASIC;
  return {
    stackPointer: (address + size + (status & REALIGNED ? 4 : 0)) >>> 0,
    isThumb: (status & THUMB_STATE) !== 0,
  };
}
