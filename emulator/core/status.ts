import { CARRY, CONTROL, GREATER, IPSR, NZ, OTHER_SP, OVERFLOW, SATURATED, SP } from './places.ts';

/** EPSR.T: the processor is in Thumb state, always. */
export const THUMB_STATE = 1 << 24;

/** Bits of `places[CONTROL]`. */
export const UNPRIVILEGED = 1;
export const PROCESS_STACK = 2;
export const FLOATING_POINT_ACTIVE = 4;

/** Returns APSR. */
export function flags(r: Int32Array): number {
  const result = r[NZ] ?? 0;
  const greater = r[GREATER] ?? 0;
  return (
    (result < 0 ? 0x8000_0000 : 0) |
    (result === 0 ? 0x4000_0000 : 0) |
    (r[CARRY] === 0 ? 0 : 0x2000_0000) |
    ((r[OVERFLOW] ?? 0) < 0 ? 0x1000_0000 : 0) |
    (r[SATURATED] === 0 ? 0 : 0x0800_0000) |
    ((greater & 0x8000_0000) === 0 ? 0 : 0x0008_0000) |
    ((greater & 0x0080_0000) === 0 ? 0 : 0x0004_0000) |
    ((greater & 0x0000_8000) === 0 ? 0 : 0x0002_0000) |
    ((greater & 0x0000_0080) === 0 ? 0 : 0x0001_0000)
  );
}

/** Sets N, Z, C, V and Q from APSR. No result is negative and zero at once: where both are asked for, Z wins. */
export function setConditionFlags(r: Int32Array, apsr: number): void {
  if ((apsr & 0x4000_0000) !== 0) r[NZ] = 0;
  else r[NZ] = (apsr & 0x8000_0000) !== 0 ? -1 : 1;
  r[CARRY] = (apsr >>> 29) & 1;
  r[OVERFLOW] = (apsr & 0x1000_0000) !== 0 ? -1 : 0;
  r[SATURATED] = (apsr >>> 27) & 1;
}

/** Sets the GE flags from APSR. */
export function setGreaterFlags(r: Int32Array, apsr: number): void {
  let greater = 0;
  for (let byte = 0; byte < 4; byte++) {
    if (((apsr >>> (16 + byte)) & 1) === 1) greater |= 0xff << (8 * byte);
  }
  r[GREATER] = greater;
}

/** Returns XPSR as an exception stores it, without the state of an IT block, which the addresses keep. */
export function programStatus(r: Int32Array): number {
  return flags(r) | THUMB_STATE | (r[IPSR] ?? 0);
}

/** Whether SP is the process stack. */
export function usesProcessStack(r: Int32Array): boolean {
  return ((r[CONTROL] ?? 0) & PROCESS_STACK) !== 0;
}

/** Makes SP the process stack or the main one. */
export function selectStack(r: Int32Array, isProcess: boolean): void {
  if (usesProcessStack(r) === isProcess) return;
  const other = r[OTHER_SP] ?? 0;
  r[OTHER_SP] = r[SP] ?? 0;
  r[SP] = other;
  r[CONTROL] = (r[CONTROL] ?? 0) ^ PROCESS_STACK;
}

/** Whether it may change the processor's state (ARMv7-M ARM B1.3.1). */
export function isPrivileged(r: Int32Array): boolean {
  return r[IPSR] !== 0 || ((r[CONTROL] ?? 0) & UNPRIVILEGED) === 0;
}
