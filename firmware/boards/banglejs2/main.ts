import { PACKET_ANSWER } from '@passfob/protocol/limits';
import type { Link } from '../../core/base/ports.ts';
import { Fob } from '../../core/fob.ts';
import { AT24C32_PAGE_BYTES, BANGLE_PAGES, LONG_RECORD_PAGES } from '../limits.ts';
import { NoAntiRollbackCounter, NoKeyDerivation } from '../parts/absent.ts';
import { SHA1_TO_SHA512 } from '../parts/algorithms.ts';
import { StorageAttemptCounter } from '../parts/attempt-counter.ts';
import { CcmPrimitives } from '../parts/ccm.ts';
import { FIRMWARE } from '../parts/firmware.ts';
import { FlashPages } from '../parts/flash-pages.ts';
import { StorageKeystore } from '../parts/keystore.ts';
import { ConsoleMaintenance } from '../parts/maintenance.ts';
import { Loop } from '../parts/run.ts';
import { serialOf } from '../parts/serial.ts';
import { BangleClock } from './clock.ts';
import { BangleDisplay } from './display.ts';
import { listenToKeys } from './keys.ts';
import { BleKeyboard, listenToReports, offerHid } from './reports.ts';

const clock = new BangleClock();
const primitives = new CcmPrimitives();
const uart: Link = { send: frame => Bluetooth.write(frame) };
/** The link of the last request: it gets the answer. */
let asked = uart;

const fob = new Fob(
  {
    facts: {
      board: 'banglejs2',
      firmware: FIRMWARE,
      serial: serialOf(primitives),
      algorithms: SHA1_TO_SHA512,
      keys: 4,
      clockPpm: 20,
    },
    primitives,
    storage: new FlashPages(BANGLE_PAGES, AT24C32_PAGE_BYTES, LONG_RECORD_PAGES),
    keystore: new StorageKeystore(),
    entropy: { sample: () => E.hwRand() },
    clock,
    display: new BangleDisplay(),
    link: { send: frame => asked.send(frame) },
    attemptCounter: new StorageAttemptCounter(),
    antiRollback: new NoAntiRollbackCounter(),
    keyDerivation: new NoKeyDerivation(primitives),
    keyboard: new BleKeyboard(),
    power: { battery: () => E.getBattery() },
    maintenance: new ConsoleMaintenance(Bluetooth),
  },
  clock.ms(),
  clock.read(),
);

const loop = new Loop(fob, clock, () => clock.ms());
const receive = (text: string, link: Link) => {
  asked = link;
  loop.receive(text);
};
Bluetooth.on('data', data => {
  // Before the work and its answer: the owner sends no further packet until it has this.
  Bluetooth.write(PACKET_ANSWER);
  receive(data, uart);
});
listenToReports(receive);
offerHid();
listenToKeys(loop);
