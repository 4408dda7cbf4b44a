import { describe } from 'vitest';
import { BangleDriver, BangleHidDriver } from './banglejs2-driver.ts';
import { conformance } from './suite.ts';

describe('the banglejs2 image on the simulator', () => {
  conformance(() => new BangleDriver());
});

describe('the banglejs2 image on the simulator, over Bluetooth HID', () => {
  conformance(() => new BangleHidDriver());
});
