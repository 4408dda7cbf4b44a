import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EXIT_CODES } from '../../host/cli/exit-codes.ts';
import { connect } from '../../host/client/index.ts';
import { root } from '../tidy/files.ts';
import type { DeviceKind } from './agent-words.ts';
import type { Guest } from './guest.ts';
import type { Ran } from './programs.ts';
import { SimulatedDevice } from './simulator.ts';
import { cableTo, UsbDriver } from './usb-driver.ts';

const PASSFOB = join(root, 'dist/host/cli/main.js');

async function passfob(guest: Guest, ...args: string[]): Promise<Ran> {
  return (await guest.ask({ do: 'run', args: [PASSFOB, ...args] })) as Ran;
}

/** What runs in the guest as a whole, slow as it is: the command line upon the drivers, and a device plugged in there. */
export function inside(guestOf: () => Guest): void {
  describe.each<[DeviceKind, 'pico' | 'pico-hid', RegExp]>([
    ['serial', 'pico', /^serial:\/dev\/ttyACM\d$/],
    ['hid', 'pico-hid', /^hid:/],
  ])('the command line with a %s device', (kind, board, address) => {
    it('lists the fob, and asks it what it is', async () => {
      const guest = guestOf();
      const device = await SimulatedDevice.start(board);
      onTestFinished(() => device.stop());
      await guest.ask({ do: 'attach', port: device.port });
      await guest.ask({ do: 'appeared', kind });
      const { code, output } = await passfob(guest, 'devices', '--json');
      expect(code).toBe(0);
      const { devices } = JSON.parse(output) as { devices: { address: string; serial: string }[] };
      expect(devices).toMatchObject([{ address: expect.stringMatching(address), state: 'blank', board }]);
      // A blank fob tells nobody more than that; the command line knows it by its serial all the same.
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
    const args = [PASSFOB, 'simulate', '--board=pico', '--usbip=0', '--attach', '--control'];
    expect(JSON.parse((await guest.ask({ do: 'start', args })) as string)).toMatchObject({ ready: true });
    const tell = async (word: string) =>
      JSON.parse((await guest.ask({ do: 'tell', line: JSON.stringify({ do: word }) })) as string);
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
    expect(await guest.ask({ do: 'finish' })).toBe(0);
    await guest.ask({ do: 'gone', kind: 'serial' });
  });
}
