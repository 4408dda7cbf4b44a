import { Fob } from '../../core/fob.ts';
import { AT24C32_WRITE_SECONDS, DEBOUNCE_MS, I2C_BITRATE, PICO_RECORD_PAGES } from '../limits.ts';
import { NoBattery, NoKeyboard, NoMaintenance, NoMarks, NoStretch, NoWitness } from '../parts/absent.ts';
import { SHA1_AND_SHA256 } from '../parts/algorithms.ts';
import { At24c32 } from '../parts/at24c32.ts';
import { Ds3231 } from '../parts/ds3231.ts';
import { StorageKeystore } from '../parts/keystore.ts';
import { NativePrimitives } from '../parts/primitives.ts';
import { serialOf } from '../parts/serial.ts';
import { Ssd1306 } from '../parts/ssd1306.ts';

I2C1.setup({ scl: B8, sda: B9, bitrate: I2C_BITRATE });

const startedAt = getTime();
const clock = new Ds3231();
const primitives = new NativePrimitives();

function ms(): number {
  return Math.floor((getTime() - startedAt) * 1000);
}

// The power may have gone during a write: the EEPROM finishes it without us.
while (getTime() < startedAt + AT24C32_WRITE_SECONDS);

const fob = new Fob(
  {
    facts: {
      board: 'pico',
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
    link: { send: frame => USB.write(frame) },
    marks: new NoMarks(),
    witness: new NoWitness(),
    stretch: new NoStretch(primitives),
    keyboard: new NoKeyboard(),
    power: new NoBattery(),
    maintenance: new NoMaintenance(),
  },
  ms(),
  clock.read(),
);

let timer = 0;

/** Sleeps until the core wants to be woken. */
function rest(): void {
  if (timer) clearTimeout(timer);
  timer = 0;
  const deadline = fob.deadline;
  if (deadline >= 0) timer = setTimeout(wake, Math.max(1, deadline - ms()));
}

function wake(): void {
  timer = 0;
  fob.tick(ms(), clock.read());
  rest();
}

USB.on('data', data => {
  fob.receive(data, ms(), clock.read());
  rest();
});

setWatch(
  event => {
    fob.key(0, event.state, ms(), clock.read());
    rest();
  },
  BTN1,
  { repeat: true, edge: 'both', debounce: DEBOUNCE_MS },
);

rest();
