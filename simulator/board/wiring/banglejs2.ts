import { BANGLE_FLASH_PAGE_BYTES, BANGLE_FLASH_PAGES, BANGLE_SIDE } from '../../base/limits.ts';
import { STM32_FLASH } from './flash-timing.ts';
import type { BoardWiring } from './wiring.ts';

/**
 * Bangle.js 2 (boards/BANGLEJS2.py): display of 176 × 176 pixels in eight colours, touch screen, one button,
 * Bluetooth. Its external flash holds 2048 pages; the simulator has fewer, so that a state is small and fills soon.
 */
export const BANGLEJS2: BoardWiring = {
  name: 'banglejs2',
  build: 'BANGLEJS2',
  version: '2v29',
  variables: 12000,
  flatAbove: 19,
  queueBytes: 2048,
  eventBytes: 134,
  flash: {
    at: 0x60000000,
    pageBytes: BANGLE_FLASH_PAGE_BYTES,
    pages: BANGLE_FLASH_PAGES,
    timing: STM32_FLASH,
  },
  serialBytes: 8,
  link: 'Bluetooth',
  hidReportBytes: 0,
  consolePort: 'Bluetooth',
  ports: ['Bluetooth', 'Serial1'],
  keyPins: ['D17'],
  pressed: 'high',
  pins: Array.from({ length: 48 }, (_, pin) => `D${pin}`),
  cablePin: undefined,
  pinAliases: { BTN: 'D17', BTN1: 'D17' },
  i2c: undefined,
  hashes: ['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'],
  aesModes: false,
  nativeCcm: true,
  pbkdf2: false,
  hosted: false,
  bangle: {
    width: BANGLE_SIDE,
    height: BANGLE_SIDE,
    touches: [
      { x: 88, y: 132 },
      { x: 88, y: 44 },
      { x: 88, y: 88, swipe: [1, 0] },
    ],
    battery: 87,
    writeBytes: 128,
  },
  stm32: false,
  clockStarts: 'kept',
};
