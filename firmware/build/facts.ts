import type { ImageBoard } from './limits.ts';

/**
 * Facts of a board by the names that `boards/device.d.ts` declares. The bundler writes them into the image in place of the
 * names, and leaves out what they make unreachable: there a fact costs neither a variable nor a look-up.
 */
type Facts = Readonly<Record<string, string>>;

/** Espruino's own boards with an STM32F4, whose button is high while pressed. */
const STM32F4: Facts = {
  BUS_SCL: 'B8',
  BUS_SDA: 'B9',
  BUTTON: 'BTN1',
  BUTTON_IS_LOW: 'false',
  HAS_SHA512: 'false',
  HAS_USB_HID: 'true',
  IS_STM32: 'true',
  MEASURES_SUPPLY: 'true',
};

/**
 * A Raspberry Pi Pico or Pico 2. The button leads to ground, because a pull-down of the RP2350 may hold its pin high (data
 * sheet, erratum E9). `E.getAnalogVRef` is a constant there.
 */
const RP2: Facts = {
  BUS_SCL: 'D5',
  BUS_SDA: 'D4',
  BUTTON: 'D15',
  BUTTON_IS_LOW: 'true',
  HAS_SHA512: 'true',
  HAS_USB_HID: 'false',
  IS_STM32: 'false',
  MEASURES_SUPPLY: 'false',
};

const FACTS: Readonly<Record<ImageBoard, Facts>> = {
  pico: STM32F4,
  'pico-hid': STM32F4,
  'espruino-wifi': { ...STM32F4, HAS_SHA512: 'true' },
  'rpi-pico': RP2,
  'rpi-pico2': RP2,
  // They are made of other parts, with profiles of their own.
  banglejs2: { BUTTON: 'BTN1', IS_STM32: 'false' },
  bench: {},
};

/** Returns what the bundler is to put in place of each name. */
export function factsOf(board: ImageBoard): Record<string, string> {
  return { BOARD: JSON.stringify(board), ...FACTS[board] };
}
