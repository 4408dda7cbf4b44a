import { type BoardName, type BootOptions, boot, type Fob } from '@passfob/simulator';
import { paced } from 'passfob/transports/paced';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { secret } from '../../kit/secrets.ts';
import { type Driver, DS3231_UTC_MAX, DS3231_UTC_MIN, OneKey, PRESS_MS } from './driver.ts';

/** How a fob on the simulator begins. */
export interface SimulatorOptions extends Omit<BootOptions, 'board'> {
  /** Initial randomness of a new fob; empty for none. */
  readonly birth?: Uint8Array;
  /** Makes the fob from these. Default: an imitated board. */
  readonly make?: (options: BootOptions) => Fob;
}

/** Returns the cable of a fob, in packets that its image answers. */
export function cableOf(fob: Fob): Transport {
  const cable = pipe({
    name: 'simulator',
    write: async text => fob.link.write(Buffer.from(text, 'latin1')),
    release: async () => {},
  });
  fob.link.onData(bytes => cable.receive(bytes));
  return paced(cable.transport);
}

/** The pico image on the simulator, or the image of another board. */
export class SimulatorDriver extends OneKey implements Driver {
  readonly algorithms: readonly number[];
  readonly hasShortRecords: boolean;
  readonly utcMin: number = DS3231_UTC_MIN;
  readonly utcMax: number = DS3231_UTC_MAX;
  readonly fob: Fob;
  readonly transport: Transport;

  constructor(
    {
      birth = secret(crypto.getRandomValues(new Uint8Array(32))),
      files = {},
      make = boot,
      ...options
    }: SimulatorOptions = {},
    board: BoardName = 'pico',
  ) {
    super();
    const own = birth.length > 0 ? { birth } : {};
    // The stock Espruino of an Espruino Pico has no SHA-512.
    this.algorithms = board.startsWith('pico') ? [1, 2] : [1, 2, 3];
    this.hasShortRecords = options.parts?.eeprom !== 'AT24C256';
    this.fob = make({ board, seed: 1, ...options, files: { ...files, ...own } });
    this.transport = cableOf(this.fob);
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
    await this.reboot();
  }

  complaints(): string {
    return [this.fob.consoleText(), ...this.fob.violations].join('');
  }

  async close(): Promise<void> {
    this.fob.close();
  }
}
