import {
  RP2_FLASH_ERASE_US,
  RP2_FLASH_PAGE_BYTES,
  RP2_FLASH_PAGES,
  RP2_FLASH_PROGRAM_BYTES,
  RP2_FLASH_PROGRAM_US,
} from '../../base/limits.ts';
import { RP2_I2C } from './i2c-driver.ts';
import type { BoardWiring } from './wiring.ts';

const TIMING = {
  unitBytes: RP2_FLASH_PROGRAM_BYTES,
  unitUs: RP2_FLASH_PROGRAM_US,
  eraseUs: RP2_FLASH_ERASE_US,
};

/**
 * Raspberry Pi Pico (boards/RP2040_PICO.py, with the libraries of docs/espruino-rpi.md) with an SSD1306 display and a
 * DS3231/AT24C32 module on one I2C bus, and a button to ground. Its clock runs by the crystal of 12 MHz and begins at 0 with each
 * reset; there is no deep sleep, no USB HID and no measured supply.
 */
export const RPI_PICO: BoardWiring = {
  name: 'rpi-pico',
  build: 'ESPR_RP2040_PICO',
  version: '2v30',
  variables: 12_000,
  flatAbove: 19,
  queueBytes: 4096,
  eventBytes: 64,
  flash: { at: 0x101c0000, pageBytes: RP2_FLASH_PAGE_BYTES, pages: RP2_FLASH_PAGES, timing: TIMING },
  serialBytes: 8,
  link: 'USB',
  hidReportBytes: 0,
  consolePort: 'USB',
  ports: ['USB', 'Serial1', 'Serial2'],
  keyPins: ['D15'],
  pressed: 'low',
  pins: Array.from({ length: 30 }, (_, pin) => `D${pin}`),
  cablePin: undefined,
  pinAliases: { LED1: 'D25' },
  i2c: { scl: 'D5', sda: 'D4', driver: RP2_I2C },
  hashes: ['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'],
  aesModes: true,
  nativeCcm: false,
  pbkdf2: true,
  hosted: false,
  bangle: undefined,
  stm32: false,
  clockStarts: 'zero',
};

/** Raspberry Pi Pico 2 (boards/RP2350_PICO2.py). */
export const RPI_PICO2: BoardWiring = {
  ...RPI_PICO,
  name: 'rpi-pico2',
  build: 'RP2350_PICO2',
  variables: 16_000,
  queueBytes: 1024,
  flash: { ...RPI_PICO.flash, at: 0x10100000 },
};
