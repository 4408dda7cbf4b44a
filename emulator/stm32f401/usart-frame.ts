import { USART_CR1 } from './usart-registers.ts';

/** Bits of a stop by STOP of CR2 (RM0368 §19.6.5). */
const STOP_BITS = [1, 0.5, 2, 1.5] as const;

/** How bytes are put on the wire: CR1, CR2 and BRR. */
export interface UsartFrame {
  readonly cr1: number;
  readonly cr2: number;
  readonly brr: number;
}

/**
 * Returns the cycles of the USART's clock that a frame takes: the start bit, eight or nine bits, the stop (RM0368
 * §19.3.4). A bit takes USARTDIV times 16 or 8 cycles: BRR as it is, or with three bits of fraction.
 */
export function frameCycles({ cr1, cr2, brr }: UsartFrame): number {
  const isBy8 = (cr1 & USART_CR1.OVER8) !== 0;
  const cyclesPerBit = isBy8 ? (brr >> 4) * 8 + (brr & 7) : brr;
  return (1 + dataBits(cr1) + (STOP_BITS[(cr2 >> 12) & 3] ?? 1)) * cyclesPerBit;
}

function dataBits(cr1: number): 8 | 9 {
  return (cr1 & USART_CR1.M) === 0 ? 8 : 9;
}

/** Returns the bits of a frame that carry data: with parity control the highest one is the parity (RM0368 §19.3.7). */
export function dataMask(cr1: number): number {
  return (1 << (dataBits(cr1) - ((cr1 & USART_CR1.PCE) === 0 ? 0 : 1))) - 1;
}

/** Returns `data` with its parity bit where the USART controls it. */
export function withParity(data: number, cr1: number): number {
  const mask = dataMask(cr1);
  if ((cr1 & USART_CR1.PCE) === 0) return data & mask;
  let isOdd = false;
  for (let bits = data & mask; bits !== 0; bits &= bits - 1) isOdd = !isOdd;
  const isSet = isOdd !== ((cr1 & USART_CR1.PS) !== 0);
  return (data & mask) | (isSet ? mask + 1 : 0);
}
