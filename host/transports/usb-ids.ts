/** USB ids of the boards that run Espruino (its `boards/` and `targets/`). */

export interface UsbId {
  readonly vendor: number;
  /** Undefined: any of the vendor, since all its serial ports in a list of a browser are worth a look. */
  readonly product: number | undefined;
  /** As `PortFound` has it. */
  readonly text: string;
  /** Whether programs of others have the same id, so that it does not tell an Espruino. */
  readonly isShared: boolean;
}

export const ESPRUINO_USB_IDS: readonly UsbId[] = [
  // STMicroelectronics Virtual COM Port: Espruino's own boards (`targetlibs/stm32usb`).
  { vendor: 0x0483, product: undefined, text: '0483:5740', isShared: false },
  // Raspberry Pi Pico SDK CDC UART: the id of the SDK, for whatever program (`targets/rp2xxx/usb_descriptors.c`).
  { vendor: 0x2e8a, product: 0x000a, text: '2e8a:000a', isShared: true },
];
