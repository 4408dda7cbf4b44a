import { Writer } from '@passfob/protocol/bytes';
import { COMMANDS } from '@passfob/protocol/commands';
import { encodeClear, FRAME_REQUEST } from '@passfob/protocol/frame';
import { boot } from '@passfob/simulator';
import { connect } from 'passfob/client';
import { hostPrimitives } from 'passfob/client/primitives';
import { describe, expect, it } from 'vitest';
import { PicoHidDriver } from './pico-hid-driver.ts';
import { conformance } from './suite.ts';

describe('the pico-hid image on the simulator, over HID reports', () => {
  conformance(() => new PicoHidDriver());

  it('the pico-hid fob sends reports of one length, and splits the longest answer into as many as it needs', async () => {
    const driver = new PicoHidDriver();
    await connect(driver.transport).hello();
    expect([...driver.lengths]).toEqual([63]);
  });

  it('the pico-hid fob ignores everything before the computer has set it up, and every report that is not for it', () => {
    const fob = boot({ board: 'pico-hid' });
    let heard = 0;
    fob.frames.onData(() => {
      heard++;
    });
    const request = new Writer(16).number(FRAME_REQUEST, 1).number(0, 1).number(COMMANDS.hello[0], 1);
    const hello = Buffer.from(encodeClear(hostPrimitives, request));
    fob.link.write(hello);
    fob.advance(500);
    fob.frames.write(new Uint8Array(63).fill(255));
    fob.frames.write(new Uint8Array(0));
    fob.advance(500);
    expect(heard).toBe(0);
    fob.link.write(hello);
    fob.advance(500);
    expect(heard).toBeGreaterThan(0);
    expect([fob.consoleText(), fob.violations]).toEqual(['', []]);
  });
});
