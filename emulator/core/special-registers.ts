import { HARD_FAULT, NMI, PRIORITY_BITS } from './exception-numbers.ts';
import { BASEPRI, CONTROL, FAULTMASK, IPSR, OTHER_SP, PRIMASK, SP } from './places.ts';
import {
  FLOATING_POINT_ACTIVE,
  flags,
  isPrivileged,
  PROCESS_STACK,
  selectStack,
  setConditionFlags,
  setGreaterFlags,
  UNPRIVILEGED,
  usesProcessStack,
} from './status.ts';

/** The numbers of special registers in MRS and MSR (ARMv7-M ARM B5.1.1). 0 to 7 are combinations of the XPSR's parts. */
const SPECIAL = {
  MSP: 8,
  PSP: 9,
  PRIMASK: 16,
  BASEPRI: 17,
  BASEPRI_MAX: 18,
  FAULTMASK: 19,
  CONTROL: 20,
} as const;

/** Where the stack pointer with this number is now. */
const stackPlace = (r: Int32Array, number: number) =>
  (number === SPECIAL.PSP) === usesProcessStack(r) ? SP : OTHER_SP;

/** Returns what MRS reads; 0 where the register does not exist or is not for unprivileged software. */
export function readSpecial(r: Int32Array, number: number): number {
  if (number < 8) {
    const withFlags = (number & 4) === 0 ? flags(r) : 0;
    const withException = (number & 1) === 1 && isPrivileged(r) ? (r[IPSR] ?? 0) : 0;
    return withFlags | withException;
  }
  if (number === SPECIAL.CONTROL) return r[CONTROL] ?? 0;
  if (!isPrivileged(r)) return 0;
  if (number === SPECIAL.MSP || number === SPECIAL.PSP) return r[stackPlace(r, number)] ?? 0;
  if (number === SPECIAL.PRIMASK) return r[PRIMASK] ?? 0;
  if (number === SPECIAL.BASEPRI || number === SPECIAL.BASEPRI_MAX) return r[BASEPRI] ?? 0;
  if (number === SPECIAL.FAULTMASK) return r[FAULTMASK] ?? 0;
  return 0;
}

/**
 * Does what MSR does; nothing where the register does not exist or software may not write it.
 * @param parts of APSR: bit 1 stands for the condition flags, bit 0 for GE
 */
export function writeSpecial(r: Int32Array, number: number, parts: number, value: number): void {
  if (number < 4) {
    if ((parts & 2) !== 0) setConditionFlags(r, value);
    if ((parts & 1) !== 0) setGreaterFlags(r, value);
    return;
  }
  if (!isPrivileged(r)) return;
  if (number === SPECIAL.MSP || number === SPECIAL.PSP) r[stackPlace(r, number)] = value & ~3;
  else if (number === SPECIAL.PRIMASK) r[PRIMASK] = value & 1;
  else if (number === SPECIAL.BASEPRI) r[BASEPRI] = value & PRIORITY_BITS;
  else if (number === SPECIAL.BASEPRI_MAX) raisePriority(r, value & PRIORITY_BITS);
  else if (number === SPECIAL.FAULTMASK) setFaultMask(r, value & 1);
  else if (number === SPECIAL.CONTROL) writeControl(r, value);
}

function raisePriority(r: Int32Array, priority: number): void {
  const now = r[BASEPRI] ?? 0;
  if (priority !== 0 && (priority < now || now === 0)) r[BASEPRI] = priority;
}

/** Sets or clears FAULTMASK; NMI and HardFault cannot set it. */
export function setFaultMask(r: Int32Array, value: number): void {
  if (value === 0 || (r[IPSR] !== NMI && r[IPSR] !== HARD_FAULT)) r[FAULTMASK] = value;
}

/** The stack is chosen in thread mode only. */
function writeControl(r: Int32Array, value: number): void {
  if (r[IPSR] === 0) selectStack(r, (value & PROCESS_STACK) !== 0);
  const written = UNPRIVILEGED | FLOATING_POINT_ACTIVE;
  r[CONTROL] = ((r[CONTROL] ?? 0) & ~written) | (value & written);
}
