import {
  type BootOptions,
  boot,
  type FaultPlan,
  type Fob,
  memoryStore,
  type PartsOptions,
  type StateStore,
} from '@passfob/simulator';
import { paced } from 'passfob/transports/paced';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { secret } from '../kit/secrets.ts';
import { type Driver, DS3231_UTC_MAX, DS3231_UTC_MIN } from './driver.ts';
import { OneKey } from './one-key.ts';

const PRESS_MS = 100;

/** The pico image on the simulator. */
export class SimulatorDriver extends OneKey implements Driver {
  readonly algorithms = [1, 2];
  readonly utcMin = DS3231_UTC_MIN;
  readonly utcMax = DS3231_UTC_MAX;
  readonly fob: Fob;
  readonly transport: Transport;

  /**
   * @param storage memory of a fob that ran before; default: a new fob
   * @param parts soldered to it
   * @param files further files of a new fob's Storage
   * @param faults from the first start on
   * @param image in place of the built one
   * @param oscillatorPpm how much faster its internal oscillator runs
   * @param updateImage puts the image into `storage` as well
   * @param birth initial randomness of a new fob; empty for none
   * @param make makes the fob from these; default: an imitated board
   */
  constructor({
    seed = 1,
    storage = memoryStore(),
    parts = {},
    birth = secret(crypto.getRandomValues(new Uint8Array(32))),
    image,
    oscillatorPpm = 0,
    faults,
    files = {},
    updateImage = false,
    make = boot,
  }: {
    seed?: number;
    storage?: StateStore;
    parts?: PartsOptions;
    birth?: Uint8Array;
    image?: Record<string, Uint8Array>;
    oscillatorPpm?: number;
    faults?: FaultPlan;
    files?: Record<string, Uint8Array>;
    updateImage?: boolean;
    make?: (options: BootOptions) => Fob;
  } = {}) {
    super();
    this.fob = make({
      board: 'pico',
      seed,
      storage,
      parts,
      files: { ...files, ...(birth.length > 0 && { birth }) },
      oscillatorPpm,
      updateImage,
      ...(image && { image }),
      ...(faults && { faults }),
    });
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

  override async press(heldMs = PRESS_MS): Promise<void> {
    this.fob.press(0, heldMs);
  }

  async advance(ms: number): Promise<void> {
    this.fob.advance(ms);
  }

  async reboot(): Promise<void> {
    this.fob.cutPower();
    this.fob.powerOn();
  }

  async loseTime(): Promise<void> {
    this.fob.cutPower();
    this.fob.loseTime();
    this.fob.powerOn();
  }

  complaints(): string {
    return this.fob.consoleText();
  }

  async close(): Promise<void> {
    this.fob.close();
  }
}
