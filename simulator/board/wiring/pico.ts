import {
  PICO_FLASH_PAGE_BYTES,
  PICO_FLASH_PAGES,
  SERIAL_BYTES,
  USB_HID_LONG_REPORT_BYTES,
  USB_HID_REPORT_BYTES,
  WIFI_FLASH_ERASE_US,
  WIFI_FLASH_PAGE_BYTES,
  WIFI_FLASH_PAGES,
} from '../../base/limits.ts';
import { STM32_FLASH } from './flash-timing.ts';
import { STM32_I2C } from './i2c-driver.ts';
import type { BoardWiring } from './wiring.ts';

const numbered = (port: string, count: number) => Array.from({ length: count }, (_, pin) => `${port}${pin}`);

/**
 * Espruino Pico 1v3 (boards/PICO_R1_3.py) with an SSD1306 display and a DS3231/AT24C32 module on one I2C bus, one
 * button, plugged into USB.
 */
export const PICO: BoardWiring = {
  name: 'pico',
  build: 'PICO_R1_3',
  version: '2v29',
  variables: 5100,
  flatAbove: 17,
  queueBytes: 1024,
  eventBytes: 64,
  flash: {
    at: 0x08004000,
    pageBytes: PICO_FLASH_PAGE_BYTES,
    pages: PICO_FLASH_PAGES,
    timing: STM32_FLASH,
  },
  serialBytes: SERIAL_BYTES,
  link: 'USB',
  hidReportBytes: USB_HID_REPORT_BYTES,
  consolePort: 'USB',
  ports: ['USB', 'Serial1', 'Serial2'],
  keyPins: ['C13'],
  pressed: 'high',
  pins: [...numbered('A', 16), ...numbered('B', 16), 'C13', 'C14', 'C15', 'H0', 'H1'],
  cablePin: 'A9',
  pinAliases: { BTN: 'C13', BTN1: 'C13', LED1: 'B2', LED2: 'B12' },
  i2c: { scl: 'B8', sda: 'B9', driver: STM32_I2C },
  hashes: ['SHA1', 'SHA224', 'SHA256'],
  aesModes: true,
  nativeCcm: false,
  pbkdf2: true,
  hosted: false,
  bangle: undefined,
  stm32: true,
  clockStarts: 'RTC',
};

/**
 * The Espruino Pico with a build that is not available anywhere: HID reports of 64 bytes, and reports from the computer passed
 * to the image.
 */
export const PICO_HID: BoardWiring = {
  ...PICO,
  name: 'pico-hid',
  link: 'HID',
  hidReportBytes: USB_HID_LONG_REPORT_BYTES,
};

/** Espruino WiFi (boards/ESPRUINOWIFI.py, an STM32F411) with the same parts at the same pins. Its WiFi chip stays off. */
export const ESPRUINO_WIFI: BoardWiring = {
  ...PICO,
  name: 'espruino-wifi',
  build: 'ESPRUINOWIFI',
  variables: 8190,
  flash: {
    at: 0x08010000,
    pageBytes: WIFI_FLASH_PAGE_BYTES,
    pages: WIFI_FLASH_PAGES,
    timing: { ...STM32_FLASH, eraseUs: WIFI_FLASH_ERASE_US },
  },
  hashes: ['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'],
};
