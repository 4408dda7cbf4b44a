import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { connect } from 'passfob/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DeviceKind } from './agent-phrases.ts';
import { program } from './bundles.ts';
import type { Guest } from './guest.ts';
import { GuestProgram } from './guest-program.ts';
import type { Ran } from './programs.ts';
import { SimulatedDevice } from './simulator.ts';
import { cableTo, UsbDriver } from './usb-driver.ts';

/**
 * Tests that run in the guest as a whole, although it is slow: the command line upon the drivers, and a device
 * plugged in there.
 */
export function inside(guestOf: () => Guest): void {
  const file = program('passfob');
  const passfob = async (guest: Guest, ...args: string[]) =>
    (await guest.ask({ do: 'run', args: [file, ...args] })) as Ran;

  describe.each<[DeviceKind, 'pico' | 'pico-hid', RegExp]>([
    ['serial', 'pico', /^serial:\/dev\/ttyACM\d$/],
    ['hid', 'pico-hid', /^hid:/],
  ])('the command line with a %s device', (kind, board, address) => {
    it('the command line lists the fob, and reads its info', async () => {
      const guest = guestOf();
      const device = await SimulatedDevice.start(board);
      onTestFinished(() => device.stop());
      await guest.ask({ do: 'attach', port: device.port });
      await guest.ask({ do: 'appeared', kind });
      const { code, output } = await passfob(guest, 'devices', '--json');
      expect(code).toBe(0);
      const { devices } = JSON.parse(output) as { devices: { address: string; serial: string }[] };
      expect(devices).toMatchObject([{ address: expect.stringMatching(address), state: 'blank', board }]);
      // A blank fob tells no computer more than that; the command line still knows it by its serial.
      const info = await passfob(guest, 'info', '--json');
      expect(info.code).toBe(EXIT_CODES['not-paired'].code);
      expect(JSON.parse(info.output).error.message).toContain(devices[0]?.serial);
      await device.do('unplug');
      await guest.ask({ do: 'gone', kind });
    });
  });

  it('a serial port that knows SEND_BREAK carries frames as well', async () => {
    const driver = await UsbDriver.make(guestOf(), 'serial', '--usb-break');
    expect((await connect(driver.transport).hello()).state).toBe('blank');
    await driver.close();
  });

  it('simulate --attach plugs the device in where it runs, and again after a replug', async () => {
    const guest = guestOf();
    const options = ['--board=pico', '--usbip=0', '--attach', '--control'];
    const simulate = await GuestProgram.start(guest, process.execPath, file, 'simulate', ...options);
    const [, ready = ''] = await simulate.heard('err', /^(.*)\n/);
    expect(JSON.parse(ready)).toMatchObject({ ready: true });
    const tell = async (word: string) => JSON.parse(await simulate.tell(JSON.stringify({ do: word })));
    const greets = async () => {
      const { transport } = await cableTo(guest, 'serial');
      expect((await connect(transport).hello()).state).toBe('blank');
      await transport.close();
    };
    await greets();
    expect(await tell('unplug')).toMatchObject({ ok: true });
    await guest.ask({ do: 'gone', kind: 'serial' });
    expect(await tell('replug')).toMatchObject({ ok: true });
    await greets();
    expect(await simulate.finish()).toBe(0);
    await guest.ask({ do: 'gone', kind: 'serial' });
  });
}
