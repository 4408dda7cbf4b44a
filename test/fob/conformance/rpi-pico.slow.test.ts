import { describe } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { needsRp2040, rpPicoFobs } from '../../unit/rp2040/kit/picos.ts';
import { SimulatorDriver } from './simulator-driver.ts';
import { conformance } from './suite.ts';

describeNeeds(needsRp2040(), "the rpi-pico image on Espruino's own firmware", firmwares => {
  describe.each(firmwares)('$name', firmware => {
    conformance(() => new SimulatorDriver({ make: rpPicoFobs(firmware) }, 'rpi-pico'));
  });
});
