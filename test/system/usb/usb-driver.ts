import { type ErrorKind, FobError } from 'passfob/errors';
import { paced } from 'passfob/transports/paced';
import { type Pipe, pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { type Driver, DS3231_UTC_MAX, DS3231_UTC_MIN, OneKey } from '../../fob/conformance/driver.ts';
import type { DeviceKind } from './agent-phrases.ts';
import type { Guest } from './guest.ts';
import { SimulatedDevice } from './simulator.ts';

/** Virtual time after each frame: reports leave one every ten milliseconds, and a long answer has nine. */
const ANSWER_MS = 200;

/**
 * A simulated fob at the end of a real USB stack: the kernel in the guest enumerates it, the host's transports open
 * the kernel's devices, and here their bytes are a cable again.
 */
export class UsbDriver extends OneKey implements Driver {
  readonly algorithms = [1, 2];
  readonly everyNth = 16;
  readonly utcMin = DS3231_UTC_MIN;
  readonly utcMax = DS3231_UTC_MAX;
  readonly device: SimulatedDevice;
  private readonly guest: Guest;
  private readonly kind: DeviceKind;
  private plugged: Transport | undefined;

  private constructor(guest: Guest, kind: DeviceKind, device: SimulatedDevice) {
    super();
    this.guest = guest;
    this.kind = kind;
    this.device = device;
  }

  static async make(guest: Guest, kind: DeviceKind, ...options: string[]): Promise<UsbDriver> {
    const board = kind === 'hid' ? 'pico-hid' : 'pico';
    const device = await SimulatedDevice.start(board, '--clock=virtual', ...options);
    const driver = new UsbDriver(guest, kind, device);
    await driver.plugIn();
    return driver;
  }

  /** Has the kernel import the device, and opens its device file. */
  async plugIn(): Promise<void> {
    const { guest, kind, device } = this;
    await guest.ask({ do: 'attach', port: device.port });
    const answered = async () => {
      if (kind === 'hid') await device.do('advance', { ms: ANSWER_MS });
    };
    // A long frame at once would be lost: the imitated Espruino takes no more than a packet.
    this.plugged = paced((await cableTo(guest, kind, answered)).transport);
  }

  get transport() {
    if (!this.plugged) throw new Error('nothing is plugged in');
    return this.plugged;
  }

  async screen(): Promise<readonly string[]> {
    const { on, text } = await this.device.do('screen', { bitmap: 'none' });
    return on === true ? (text as string[]) : [];
  }

  override async press(heldMs?: number): Promise<void> {
    await this.device.do('press', heldMs === undefined ? {} : { heldMs });
  }

  async advance(ms: number): Promise<void> {
    await this.device.do('advance', { ms });
  }

  /** The cable goes with the power: the computer sees the device go, and another one come. */
  private async powerCycle(meanwhile?: string): Promise<void> {
    const closed = new Promise<void>(resolve => this.transport.onClose(() => resolve()));
    await this.device.do('cutPower');
    await closed;
    await this.guest.ask({ do: 'gone', kind: this.kind });
    if (meanwhile !== undefined) await this.device.do(meanwhile);
    await this.device.do('powerOn');
    await this.plugIn();
  }

  async reboot(): Promise<void> {
    await this.powerCycle();
  }

  async loseTime(): Promise<void> {
    await this.powerCycle('loseTime');
  }

  /** Returns the errors of the last request: the suite asks synchronously. */
  complaints(): string {
    return '';
  }

  async close(): Promise<void> {
    await this.transport.close();
    await this.device.do('unplug');
    await this.guest.ask({ do: 'gone', kind: this.kind });
    const { console: printed } = await this.device.do('console');
    await this.device.stop();
    if (printed !== '') throw new Error(`the fob complained: ${printed}`);
  }
}

/**
 * Opens the first device of a kind in the guest, as a cable here.
 * @param sent called after each frame
 */
export async function cableTo(
  guest: Guest,
  kind: DeviceKind,
  sent: () => Promise<void> = async () => {},
): Promise<Pipe> {
  const channel = guest.newNumber();
  let line = Promise.resolve();
  const failed = (cause: unknown) =>
    cable.lost(cause instanceof FobError ? cause : new FobError('port-failed', { subject: kind, cause }));
  const cable = pipe({
    name: `guest ${kind}`,
    // The guest's own transport checks the time of a write; an emulated computer may report it later.
    write: async text => {
      line = line
        .then(() => guest.ask({ do: 'send', channel, text }))
        .then(sent)
        .catch(failed);
    },
    release: async () => {
      await guest.ask({ do: 'close', channel });
      stop();
    },
  });
  const stop = guest.onEvent(event => {
    if (!('channel' in event) || event.channel !== channel) return;
    if (event.event === 'text') cable.receive(Buffer.from(event.text, 'latin1'));
    if (event.event === 'closed' && event.kind !== null) {
      cable.lost(new FobError(event.kind as ErrorKind, { subject: kind }));
    }
  });
  await guest.ask({ do: 'open', channel, kind });
  return cable;
}
