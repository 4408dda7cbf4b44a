import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BoardName } from '@passfob/simulator';
import { describe, expect, it } from 'vitest';
import { imageFolder } from '../../kit/interpreter.ts';
import { BangleDriver } from './banglejs2-driver.ts';
import { Owner, random } from './owner.ts';
import { PicoHidDriver } from './pico-hid-driver.ts';
import { SimulatorDriver } from './simulator-driver.ts';

/** Reports every timer that the image sets, over a port that no board uses. */
const PROBE =
  'Serial1.setup(115200);(function(s){setTimeout=function(f,t){Serial1.write(t+"\\n");return s(f,t)};' +
  'setInterval=function(f,t){Serial1.write("0\\n")}})(setTimeout);';

function probed(board: string): Record<string, Uint8Array> {
  const folder = imageFolder(board);
  const image: Record<string, Uint8Array> = {};
  for (const name of readdirSync(folder).filter(file => file !== 'manifest.json')) {
    const code = readFileSync(join(folder, name));
    image[name] = name === '.bootcde' ? Buffer.concat([Buffer.from(PROBE), code]) : code;
  }
  return image;
}

const DRIVERS = {
  pico: SimulatorDriver,
  'pico-hid': PicoHidDriver,
  'espruino-wifi': SimulatorDriver,
  'rpi-pico': SimulatorDriver,
  'rpi-pico2': SimulatorDriver,
  banglejs2: BangleDriver,
};

describe('power saving', () => {
  for (const [board, OfBoard] of Object.entries(DRIVERS)) {
    it(`the ${board} image wakes once a second with a passcode on its screen, and never with the screen off`, async () => {
      const driver = new OfBoard({ image: probed(board) }, board as BoardName);
      const asked: number[] = [];
      const wire = driver.fob.serial('Serial1');
      wire.onData(bytes => {
        for (const line of Buffer.from(bytes).toString('latin1').trim().split('\n')) asked.push(Number(line));
      });
      const owner = new Owner(driver);
      await owner.pair();
      await owner.setClock(1_800_000_000);
      await owner.put({ kind: 2, period: 30, secret: random(20) });
      await owner.toList();
      expect(asked.length).toBeGreaterThan(0);
      await driver.choose();
      expect(await owner.passcodeShown()).toMatch(/^\d{6}$/);
      asked.length = 0;
      await driver.advance(20_000);
      expect(asked.length).toBeGreaterThanOrEqual(19);
      expect(asked.length).toBeLessThanOrEqual(21);
      await driver.advance(180_000);
      expect(await driver.screen()).toEqual([]);
      asked.length = 0;
      await driver.advance(86_400_000);
      expect(asked).toEqual([]);
    });
  }
});
