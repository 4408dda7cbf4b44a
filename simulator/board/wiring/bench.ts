import { BENCH_FLASH_PAGE_BYTES, BENCH_FLASH_PAGES } from '../../base/limits.ts';
import { STM32_FLASH } from './flash-timing.ts';
import type { BoardWiring } from './wiring.ts';

/**
 * The Linux build of Espruino (boards/LINUX.py): link on Serial1; keys, clock and entropy arrive on Serial2. It loses
 * no input in any version: a read of its ports is shorter than a flat string of its 64-bit variables.
 */
export const BENCH: BoardWiring = {
  name: 'bench',
  build: 'LINUX',
  version: '2v29',
  variables: 4096,
  flatAbove: 41,
  queueBytes: 1024,
  eventBytes: 64,
  flash: { at: 0x10000000, pageBytes: BENCH_FLASH_PAGE_BYTES, pages: BENCH_FLASH_PAGES, timing: STM32_FLASH },
  serialBytes: 12,
  link: 'Serial1',
  hidReportBytes: 0,
  consolePort: 'USB',
  ports: ['USB', 'Serial1', 'Serial2'],
  keyPins: [],
  pressed: 'high',
  pins: [],
  cablePin: undefined,
  pinAliases: {},
  i2c: undefined,
  hashes: ['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'],
  aesModes: true,
  nativeCcm: true,
  pbkdf2: true,
  hosted: true,
  bangle: undefined,
  stm32: false,
  clockStarts: 'RTC',
};
