import { BOARD_NAMES } from '../base/boards-and-parts.ts';
import type { BoardName } from '../base/fob.ts';

/** How a board's USB device calls itself. */
export interface UsbIds {
  readonly vendorId: number;
  readonly productId: number;
  /** `bcdDevice`. */
  readonly release: number;
  readonly manufacturer: string;
}

/** Espruino's boards with an STM32 carry the numbers of STMicroelectronics' virtual COM port. */
const STM32: UsbIds = { vendorId: 0x0483, productId: 0x5740, release: 0x0200, manufacturer: 'Espruino' };
/** targets/rp2xxx/usb_descriptors.c: the numbers of every program of the Pico SDK with a serial port. */
const RP2: UsbIds = { vendorId: 0x2e8a, productId: 0x000a, release: 0x0100, manufacturer: 'Raspberry Pi' };

/** Of each board that plugs into a computer as a USB device. */
export const USB_IDS: Readonly<Record<BoardName, UsbIds | undefined>> = {
  pico: STM32,
  'pico-hid': STM32,
  'espruino-wifi': STM32,
  'rpi-pico': RP2,
  'rpi-pico2': RP2,
  banglejs2: undefined,
  bench: undefined,
};

export const USB_BOARDS: readonly string[] = BOARD_NAMES.filter(name => USB_IDS[name]);
