import { boot, type Fob, memoryStore, type StateStore } from '@passfob/simulator';
import { paced } from 'passfob/transports/paced';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { secret } from '../kit/secrets.ts';
import type { Driver } from './driver.ts';

const PRESS_MS = 100;
/** A press would be enough except for HOTP, which requires a hold. */
const HELD_MS = 700;
const NEXT_KEY = 1;
const BACK_KEY = 3;
/** 2000 on: a clock that was never set begins at 1970. */
const UTC_MIN = 946_684_800;
const UTC_MAX = 2 ** 40 - 1;
/** Native CCM prints this where a tag does not fit. It is no fault, and no console is there to read it. */
const TAG_REFUSED = 'ERROR: Authenticated decryption failed\n';

/** The banglejs2 image on the simulator. */
export class BangleDriver implements Driver {
  readonly algorithms = [1, 2, 3];
  readonly utcMin = UTC_MIN;
  readonly utcMax = UTC_MAX;
  readonly fob: Fob;
  readonly transport: Transport;

  /** @param storage memory of a fob that ran before; default: a new fob */
  constructor({
    seed = 1,
    storage = memoryStore(),
    birth = secret(crypto.getRandomValues(new Uint8Array(32))),
    image,
  }: {
    seed?: number;
    storage?: StateStore;
    birth?: Uint8Array;
    image?: Record<string, Uint8Array>;
  } = {}) {
    const files = birth.length > 0 ? { birth } : {};
    this.fob = boot({ board: 'banglejs2', seed, storage, files, ...(image && { image }) });
    const cable = pipe({
      name: 'simulator',
      write: async text => this.fob.link.write(Buffer.from(text, 'latin1')),
      release: async () => {},
    });
    this.fob.link.onData(bytes => cable.receive(bytes));
    this.transport = paced(cable.transport);
  }

  async screen(): Promise<readonly string[]> {
    const screen = this.fob.screen();
    return screen.on ? screen.text : [];
  }

  async press(heldMs = PRESS_MS): Promise<void> {
    this.fob.press(0, heldMs);
  }

  step(): Promise<void> {
    return this.touch(NEXT_KEY);
  }

  choose(): Promise<void> {
    return this.press(HELD_MS);
  }

  back(): Promise<void> {
    return this.touch(BACK_KEY);
  }

  private async touch(key: number): Promise<void> {
    this.fob.press(key);
  }

  async advance(ms: number): Promise<void> {
    this.fob.advance(ms);
  }

  async reboot(): Promise<void> {
    this.fob.cutPower();
    this.fob.powerOn();
  }

  /** Without power the watch has no clock. */
  loseTime(): Promise<void> {
    return this.reboot();
  }

  complaints(): string {
    return [this.fob.consoleText().replaceAll(TAG_REFUSED, ''), ...this.fob.violations].join('');
  }

  async close(): Promise<void> {
    this.fob.close();
  }
}
