import { Fob } from '../../core/fob.ts';
import { AT24C32_PAGE_BYTES, BANGLE_PAGES, BANGLE_RECORD_PAGES } from '../limits.ts';
import { NoMaintenance, NoMarks, NoStretch, NoWitness } from '../parts/absent.ts';
import { SHA1_TO_SHA512 } from '../parts/algorithms.ts';
import { CcmPrimitives } from '../parts/ccm.ts';
import { FlashPages } from '../parts/flash-pages.ts';
import { StorageKeystore } from '../parts/keystore.ts';
import { serialOf } from '../parts/serial.ts';
import { BangleClock } from './clock.ts';
import { BangleDisplay } from './display.ts';
import { BleKeyboard } from './keyboard.ts';
import { listenToKeys } from './keys.ts';

const clock = new BangleClock();
const primitives = new CcmPrimitives();

const fob = new Fob(
  {
    facts: {
      board: 'banglejs2',
      firmware: FIRMWARE_VERSION,
      serial: serialOf(primitives),
      algorithms: SHA1_TO_SHA512,
      keys: 4,
      clockPpm: 20,
    },
    primitives,
    storage: new FlashPages(BANGLE_PAGES, AT24C32_PAGE_BYTES, BANGLE_RECORD_PAGES),
    keystore: new StorageKeystore(),
    entropy: { sample: () => E.hwRand() },
    clock,
    display: new BangleDisplay(),
    link: { send: frame => Bluetooth.write(frame) },
    marks: new NoMarks(),
    witness: new NoWitness(),
    stretch: new NoStretch(primitives),
    keyboard: new BleKeyboard(),
    power: { battery: () => E.getBattery() },
    maintenance: new NoMaintenance(),
  },
  clock.ms(),
  clock.read(),
);

let timer = 0;

/** Sleeps until the core wants to be woken, or until something happens where it does not. */
function rest(): void {
  if (timer) clearTimeout(timer);
  const due = fob.deadline;
  timer = due < 0 ? 0 : setTimeout(wake, Math.max(1, due - clock.ms()));
}

function wake(): void {
  timer = 0;
  fob.tick(clock.ms(), clock.read());
  rest();
}

Bluetooth.on('data', data => {
  fob.receive(data, clock.ms(), clock.read());
  rest();
});

listenToKeys((which, down) => {
  fob.key(which, down, clock.ms(), clock.read());
  rest();
});

rest();
