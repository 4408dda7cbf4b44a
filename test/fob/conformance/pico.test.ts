import type { BoardName, PartsOptions } from '@passfob/simulator';
import { describe } from 'vitest';
import { SimulatorDriver } from './simulator-driver.ts';
import { conformance } from './suite.ts';

describe.each<[BoardName, PartsOptions['eeprom']]>([
  ['pico', 'AT24C32'],
  ['espruino-wifi', 'AT24C256'],
  ['rpi-pico', 'AT24C32'],
  ['rpi-pico2', 'AT24C256'],
])('the %s image on the simulator, with an %s', (board, eeprom = 'AT24C32') => {
  conformance(() => new SimulatorDriver({ parts: { eeprom } }, board));
});
