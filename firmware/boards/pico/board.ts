import type { Link } from '../../core/base/ports.ts';
import { Fob } from '../../core/fob.ts';
import { AT24C32_WRITE_SECONDS, DEBOUNCE_MS, PICO_RECORD_PAGES } from '../limits.ts';
import { SHA1_AND_SHA256 } from '../parts/algorithms.ts';
import { At24c32 } from '../parts/at24c32.ts';
import { StorageAttemptCounter } from '../parts/attempt-counter.ts';
import { Ds3231 } from '../parts/ds3231.ts';
import { setUpBus } from '../parts/i2c.ts';
import { NativeKeyDerivation } from '../parts/key-derivation.ts';
import { UsbKeyboard } from '../parts/keyboard.ts';
import { StorageKeystore } from '../parts/keystore.ts';
import { ConsoleMaintenance } from '../parts/maintenance.ts';
import { NativePrimitives } from '../parts/primitives.ts';
import { Loop } from '../parts/run.ts';
import { serialOf } from '../parts/serial.ts';
import { Ssd1306 } from '../parts/ssd1306.ts';
import { Supply } from '../parts/supply.ts';
import { ms } from '../parts/uptime.ts';

/**
 * Starts an Espruino Pico with its parts.
 * @param head bytes before a keyboard's report
 */
export function start(board: string, link: Link, head: number[]): Loop {
  setUpBus();
  // Espruino then stops the processor whenever USB is off and nothing is due for a second and a half.
  setDeepSleep(1);
  // After a power cut during a write the EEPROM may still be finishing it.
  while (ms() <= AT24C32_WRITE_SECONDS * 1000);
  const clock = new Ds3231();
  const primitives = new NativePrimitives();
  const fob = new Fob(
    {
      facts: {
        board,
        firmware: FIRMWARE_VERSION,
        serial: serialOf(primitives),
        algorithms: SHA1_AND_SHA256,
        keys: 1,
        clockPpm: 2,
      },
      primitives,
      storage: new At24c32(PICO_RECORD_PAGES),
      keystore: new StorageKeystore(),
      entropy: { sample: () => E.hwRand() },
      clock,
      display: new Ssd1306(),
      link,
      attemptCounter: new StorageAttemptCounter(),
      antiRollback: clock,
      keyDerivation: new NativeKeyDerivation(),
      keyboard: new UsbKeyboard(head),
      power: new Supply(),
      maintenance: new ConsoleMaintenance(USB),
    },
    ms(),
    clock.read(),
  );
  const loop = new Loop(fob, clock, ms);
  setWatch(event => loop.key(0, event.state), BTN1, { repeat: true, edge: 'both', debounce: DEBOUNCE_MS });
  return loop;
}
