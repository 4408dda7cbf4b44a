import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect, it, onTestFinished } from 'vitest';
import { BangleHidDriver } from '../../fob/conformance/banglejs2-hid-driver.ts';
import { Owner } from '../../fob/conformance/owner.ts';
import { secret } from '../../kit/secrets.ts';
import { program } from './bundles.ts';
import type { Guest } from './guest.ts';
import type { Ran } from './programs.ts';

const ADDRESS = 'c4:7c:8d:01:02:03';

/** The banglejs2 image at the end of a real kernel: HID over Bluetooth as BlueZ gives it to Linux. */
class BondedDriver extends BangleHidDriver {
  /** Values written to the watch, of any length. */
  readonly written: number[][] = [];
  private readonly guest: Guest;
  private readonly channel: number;

  private constructor(guest: Guest) {
    super();
    this.guest = guest;
    this.channel = guest.newNumber();
    guest.onEvent(event => {
      if (event.event === 'written') {
        this.written.push([...event.bytes]);
        this.put(Uint8Array.from(event.bytes));
      }
      if (event.event === 'text' && event.channel === this.channel) super.hear(event.text);
    });
  }

  static async make(guest: Guest): Promise<BondedDriver> {
    const driver = new BondedDriver(guest);
    const { bluetooth } = driver.fob;
    let line: Promise<unknown> = Promise.resolve();
    bluetooth?.onReport(value => {
      line = line.then(() => guest.ask({ do: 'notify', bytes: [...value] }));
    });
    await guest.ask({ do: 'bond', address: ADDRESS, reportMap: [...(bluetooth?.reportDescriptor ?? [])] });
    return driver;
  }

  /** Opens the device file; without this, nothing is sent. */
  async open(): Promise<void> {
    await this.guest.ask({ do: 'open', channel: this.channel, kind: 'hid' });
  }

  /** Text comes to its owner by the guest's kernel. */
  protected override hear(): void {}

  protected override async write(text: string): Promise<void> {
    await this.guest.ask({ do: 'send', channel: this.channel, text });
  }

  override async close(): Promise<void> {
    await this.guest.ask({ do: 'unbond' });
    await this.guest.ask({ do: 'gone', kind: 'hid' });
    await super.close();
  }
}

/** A watch that the system has paired, at node-hid and the command line. */
export function bluetooth(guestOf: () => Guest): void {
  it('a bonded watch is paired and enrolled over hidraw and node-hid, one character a report', async () => {
    const driver = await BondedDriver.make(guestOf());
    onTestFinished(() => driver.close());
    await driver.open();
    const owner = new Owner(driver);
    await owner.pair();
    await owner.put({ secret: secret(new Uint8Array(20).fill(0x31)) });
    await owner.toList();
    await driver.choose();
    expect(await owner.passcodeShown()).toMatch(/^\d{6}$/);
    expect(driver.written.every(value => value.length === 1)).toBe(true);
    expect([...driver.lengths]).toEqual([15]);
    expect(driver.complaints()).toBe('');
  });

  it('the command line reaches a bonded watch by its Bluetooth address', async () => {
    const guest = guestOf();
    const driver = await BondedDriver.make(guest);
    onTestFinished(() => driver.close());
    await guest.ask({ do: 'appeared', kind: 'hid' });
    const args = [program('passfob'), 'info', '--json', '--device', `hid:${ADDRESS}`];
    const { code, output } = (await guest.ask({ do: 'run', args })) as Ran;
    // A blank fob says no more than its serial.
    expect(JSON.parse(output).error.message).toMatch(/PF-\w{4}-\w{4}/);
    expect(code).toBe(EXIT_CODES['not-paired'].code);
  });
}
