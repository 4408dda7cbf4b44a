import { EPCTL } from './bits.ts';

/** Returns the largest packet, in bytes, by MPSIZ of an endpoint's control register (RM0368 §22.16.4). */
export function packetSize(endpoint: number, control: number): number {
  return endpoint === 0 ? 64 >> (control & 3) : control & EPCTL.MPSIZ;
}
