/** The ports of pins that the STM32F401CD has, by the letters of its data sheet. */
export const PIN_PORTS = ['A', 'B', 'C', 'D', 'E', 'H'] as const;
export type PinPort = (typeof PIN_PORTS)[number];

/** Numbers of the ports in SYSCFG_EXTICR (RM0368 §7.2.3). */
const PORT_NUMBERS: Readonly<Record<number, PinPort>> = { 0: 'A', 1: 'B', 2: 'C', 3: 'D', 4: 'E', 7: 'H' };

export function portOfNumber(number: number): PinPort | undefined {
  return PORT_NUMBERS[number];
}
