import { spawnSync } from 'node:child_process';
import { UsageError } from '@passfob/simulator/base/usage-error';
import { parseOptions } from '@passfob/simulator/program/options';
import { describe, expect, it } from 'vitest';
import { built, needsBuilt } from '../../../kit/built.ts';
import { itNeeds } from '../../../kit/tools.ts';

const SIMULATOR = 'simulator/dist/main.js';

const parse = async (...args: string[]) => parseOptions(['--tcp', '0', ...args], 'passfob simulate');

describe('the options of a board with its own firmware', () => {
  it('is a pico by default, with the options of every simulated fob', async () => {
    const options = await parse('--firmware', 'espruino.bin', '--storage', 'kept', '--update-firmware');
    expect(options).toMatchObject({ firmware: 'espruino.bin', board: 'pico', updateFirmware: true });
    expect((await parse()).espruino).toBeUndefined();
  });

  it.each([
    [['--board', 'bench'], 'leave out --board=bench'],
    [['--board', 'pico-hid'], 'leave out --board=pico-hid'],
    [['--espruino', '2v25'], 'leave out --espruino'],
    [['--update-firmware'], 'add --storage'],
  ])('%s does not go with it', async (more, message) => {
    const refused = parse('--firmware', 'espruino.bin', ...more);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
  });

  it('USB/IP does not go with it: its USB has a computer', async () => {
    const refused = async () =>
      parseOptions(['--usbip', '0', '--firmware', 'espruino.bin'], 'passfob simulate');
    await expect(refused()).rejects.toThrow('leave out --usbip');
  });

  itNeeds(needsBuilt(SIMULATOR), 'the program of the simulator says where the emulator is', () => {
    const args = [built(SIMULATOR), '--firmware', 'espruino.bin', '--control'];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringContaining('dist/main.js of @passfob/emulator')]);
  });

  it('renewing the firmware needs one', () =>
    expect(parse('--update-firmware')).rejects.toThrow('--update-firmware needs --firmware FILE'));
});
