import { describe } from 'vitest';
import { SimulatorDriver } from './simulator-driver.ts';
import { conformance } from './suite.ts';

describe('the pico image on the simulator', () => {
  conformance(() => new SimulatorDriver());
});
