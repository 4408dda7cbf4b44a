import { describe } from 'vitest';
import { BenchSimulatorDriver } from './bench-simulator-driver.ts';
import { conformance } from './suite.ts';

describe('the bench image on the simulator', () => {
  conformance(() => BenchSimulatorDriver.make());
});
