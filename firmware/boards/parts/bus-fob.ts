import type { Link } from '../../core/base/ports.ts';
import { Fob } from '../../core/fob.ts';
import { AT24C32_WRITE_SECONDS } from '../limits.ts';
import { NoKeyboard, NoSupply } from './absent.ts';
import { SHA1_AND_SHA256, SHA1_TO_SHA512 } from './algorithms.ts';
import { At24c32 } from './at24c32.ts';
import { StorageAttemptCounter } from './attempt-counter.ts';
import { Ds3231 } from './ds3231.ts';
import { FIRMWARE } from './firmware.ts';
import { setUpBus } from './i2c.ts';
import { NativeKeyDerivation } from './key-derivation.ts';
import { UsbKeyboard } from './keyboard.ts';
import { StorageKeystore } from './keystore.ts';
import { ConsoleMaintenance } from './maintenance.ts';
import { NativePrimitives } from './primitives.ts';
import { Loop } from './run.ts';
import { serialOf } from './serial.ts';
import { Ssd1306 } from './ssd1306.ts';
import { stayOnOscillator, wakeClock } from './stm32-clock.ts';
import { Supply } from './supply.ts';
import { ms } from './uptime.ts';

/**
 * Starts a fob made of a microcontroller board with USB, one button, and a display and a clock module on one I2C bus.
 * @param head bytes before a keyboard's report
 */
export function start(link: Link, head: number[]): Loop {
  if (IS_STM32) stayOnOscillator();
  if (BUTTON_IS_LOW) pinMode(BUTTON, 'input_pullup');
  setUpBus();
  // Espruino then stops the processor whenever USB is out and nothing is due for a millisecond. USB goes off and on each
  // time: a timer is 6 ms late, and an edge of the button on the way there is noticed at the next wake.
  if (IS_STM32) setDeepSleep(1);
  // After a power cut during a write the EEPROM may still be finishing it.
  while (ms() <= AT24C32_WRITE_SECONDS * 1000);
  const clock = new Ds3231();
  const primitives = new NativePrimitives();
  const fob = new Fob(
    {
      facts: {
        board: BOARD,
        firmware: FIRMWARE,
        serial: serialOf(primitives),
        algorithms: HAS_SHA512 ? SHA1_TO_SHA512 : SHA1_AND_SHA256,
        keys: 1,
        clockPpm: 2,
      },
      primitives,
      storage: new At24c32(),
      keystore: new StorageKeystore(),
      entropy: { sample: () => E.hwRand() },
      clock,
      display: new Ssd1306(),
      link,
      attemptCounter: new StorageAttemptCounter(),
      antiRollback: clock,
      keyDerivation: new NativeKeyDerivation(),
      keyboard: HAS_USB_HID ? new UsbKeyboard(head) : new NoKeyboard(),
      power: MEASURES_SUPPLY ? new Supply() : new NoSupply(),
      maintenance: new ConsoleMaintenance(USB),
    },
    ms(),
    clock.read(),
  );
  const loop = new Loop(fob, clock, ms);
  setWatch(event => loop.edge(BUTTON_IS_LOW ? !event.state : event.state, event.time), BUTTON, {
    repeat: true,
    edge: 'both',
    debounce: 0,
  });
  if (IS_STM32) setWatch(wakeClock, A9, { repeat: true, edge: 'both' });
  return loop;
}
