import type { Link } from '../../core/base/ports.ts';
import { Fob } from '../../core/fob.ts';
import { AT24C32_WRITE_SECONDS, PICO_RECORD_PAGES } from '../limits.ts';
import { SHA1_AND_SHA256 } from '../parts/algorithms.ts';
import { At24c32 } from '../parts/at24c32.ts';
import { StorageAttemptCounter } from '../parts/attempt-counter.ts';
import { Ds3231 } from '../parts/ds3231.ts';
import { FIRMWARE } from '../parts/firmware.ts';
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

/** The register of the STM32F401 for clocks that survive a reset (RM0368 §6.3.20), and bits of it. */
const RCC_BDCR = 0x40023870;
const CRYSTAL_ON = 1;
const RTC_SOURCE = 0x300;
const RTC_ON_OSCILLATOR = 0x200;

/**
 * Keeps the interpreter's clock on the internal oscillator. Two seconds after a cold start Espruino would change to a
 * crystal, if one is soldered in. Its clock then loses up to a second and runs slow for two more, and nothing runs
 * until the crystal does: a hold would count as a press, timers would be late. A clock that already is on the crystal,
 * after a reset without a power cut, is left there. What needs the right time asks the DS3231.
 */
function stayOnOscillator(): void {
  const control = peek32(RCC_BDCR);
  if ((control & RTC_SOURCE) === RTC_ON_OSCILLATOR) poke32(RCC_BDCR, control & ~CRYSTAL_ON);
}

/**
 * Sets the interpreter's clock to what it shows. A cable ends deep sleep by an interrupt, in which Espruino reads the RTC
 * before its shadow registers are right (RM0368 §17.3.6). A tick later it would take the whole sleep for a tick's length,
 * run ahead, and then stand still for as long, with all timers. The RTC takes whole seconds only.
 */
function wakeClock(): void {
  setTime(Math.floor(getTime()));
}

/**
 * Starts an Espruino Pico with its parts.
 * @param head bytes before a keyboard's report
 */
export function start(board: string, link: Link, head: number[]): Loop {
  stayOnOscillator();
  setUpBus();
  // Espruino then stops the processor whenever USB is out and nothing is due for a millisecond. USB goes off and on each
  // time: a timer is 6 ms late, and an edge of the button on the way there is noticed at the next wake.
  setDeepSleep(1);
  // After a power cut during a write the EEPROM may still be finishing it.
  while (ms() <= AT24C32_WRITE_SECONDS * 1000);
  const clock = new Ds3231();
  const primitives = new NativePrimitives();
  const fob = new Fob(
    {
      facts: {
        board,
        firmware: FIRMWARE,
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
  setWatch(event => loop.edge(event.state, event.time), BTN1, { repeat: true, edge: 'both', debounce: 0 });
  setWatch(wakeClock, A9, { repeat: true, edge: 'both' });
  return loop;
}
