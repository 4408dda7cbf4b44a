import { connect } from 'passfob/client';
import { describe, expect, it } from 'vitest';
import { BangleDriver } from './banglejs2-driver.ts';
import { BangleHidDriver } from './banglejs2-hid-driver.ts';
import { cableOf } from './simulator-driver.ts';
import { conformance } from './suite.ts';

describe('the banglejs2 image on the simulator', () => {
  conformance(() => new BangleDriver());
});

describe('the banglejs2 image on the simulator, over Bluetooth HID', () => {
  conformance(() => new BangleHidDriver());
});

it('a watch answers each request on the link that it came on', async () => {
  const driver = new BangleHidDriver();
  const uart: string[] = [];
  driver.fob.link.onData(bytes => uart.push(Buffer.from(bytes).toString('latin1')));
  expect((await connect(driver.transport).hello()).state).toBe('blank');
  expect(uart).toEqual([]);
  expect([...driver.lengths]).toEqual([15]);
  driver.lengths.clear();
  expect((await connect(cableOf(driver.fob)).hello()).state).toBe('blank');
  expect(uart.join('').replaceAll('\x06', '')).toMatch(/^~\S+\n$/);
  expect(driver.lengths.size).toBe(0);
});
