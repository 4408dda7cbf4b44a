import type { Register } from '../base/registers.ts';

/** RM0368 §19.6.8. */
export const USART_REGISTERS = {
  SR: { at: 0x00, reset: 0xc0, rw: 0, clearedBy0: 0x360 },
  DR: { at: 0x04, rw: 0x1ff },
  BRR: { at: 0x08, rw: 0xffff },
  CR1: { at: 0x0c, rw: 0xbfff },
  CR2: { at: 0x10, rw: 0x7f6f },
  CR3: { at: 0x14, rw: 0xfff },
  GTPR: { at: 0x18, rw: 0xffff },
} as const satisfies Record<string, Register>;

export type UsartRegister = keyof typeof USART_REGISTERS;

/** RM0368 §19.6.1. */
export const USART_SR = {
  PE: 1,
  FE: 1 << 1,
  NF: 1 << 2,
  ORE: 1 << 3,
  IDLE: 1 << 4,
  RXNE: 1 << 5,
  TC: 1 << 6,
  TXE: 1 << 7,
  /** Cleared by a read of SR and then one of DR. */
  CLEARED_BY_READS: 0x1f,
};

/** RM0368 §19.6.4. */
export const USART_CR1 = {
  RE: 1 << 2,
  TE: 1 << 3,
  IDLEIE: 1 << 4,
  RXNEIE: 1 << 5,
  TCIE: 1 << 6,
  TXEIE: 1 << 7,
  PEIE: 1 << 8,
  PS: 1 << 9,
  PCE: 1 << 10,
  M: 1 << 12,
  UE: 1 << 13,
  OVER8: 1 << 15,
};

/** Flags of SR that interrupt, each with its enable in CR1 (RM0368 §19.4). */
export const USART_INTERRUPTS = [
  { enable: USART_CR1.IDLEIE, flags: USART_SR.IDLE },
  { enable: USART_CR1.RXNEIE, flags: USART_SR.RXNE | USART_SR.ORE },
  { enable: USART_CR1.TCIE, flags: USART_SR.TC },
  { enable: USART_CR1.TXEIE, flags: USART_SR.TXE },
  { enable: USART_CR1.PEIE, flags: USART_SR.PE },
] as const;
