import { boot } from '@passfob/simulator/fob/boot';
import { memoryStore } from '@passfob/simulator/recording/state/memory-store';
import { expect, it } from 'vitest';
import { describeNeeds, needsEspruinosArm } from '../../../kit/tools.ts';
import { BOOT_MS, booted, evaluated, IMAGE } from './espruino-kit.ts';

// Seconds of the board's time, of which a busy machine makes minutes.

/** A report descriptor (HID 1.11, appendix B.1), without the lights. */
const KEYBOARD = [
  ...[5, 1, 9, 6, 161, 1, 5, 7, 25, 224, 41, 231, 21, 0, 37, 1, 117, 1, 149, 8, 129, 2],
  ...[149, 1, 117, 8, 129, 1, 149, 6, 117, 8, 21, 0, 37, 101, 5, 7, 25, 0, 41, 101, 129, 0, 192],
];

/** The model imitates one version of Espruino, and a screen names it. */
const withoutVersion = (lines: readonly string[]) => lines.map(line => line.replace(/\b2v\d\S*/, 'Espruino'));

describeNeeds(needsEspruinosArm(), "Espruino's own firmware on the virtual board", paths => {
  it.each(paths)('%s boots to its prompt and evaluates what comes over USB', path => {
    const board = booted(path);
    expect(board.consoleText()).toContain('espruino.com');
    expect(evaluated(board, '1+1')).toContain('=2\r\n>');
    expect(evaluated(board, 'process.env.BOARD')).toContain('="PICO_R1_3"');
    expect(evaluated(board, 'Math.sqrt(2)')).toContain('=1.41421356237\r\n');
    expect(board.violations).toEqual([]);
  });

  it.each(paths)('%s keeps a file of Storage over a loss of power', path => {
    const storage = memoryStore();
    const board = booted(path, { storage });
    expect(evaluated(board, 'require("Storage").write("kept","yes")')).toContain('=true');
    board.cutPower();
    board.powerOn();
    board.advance(BOOT_MS);
    expect(evaluated(board, 'require("Storage").read("kept")')).toContain('="yes"');
    expect(Buffer.from(board.storedFile('kept') ?? []).toString()).toBe('yes');
    board.close();
    const again = booted(path, { storage });
    expect(evaluated(again, 'require("Storage").read("kept")')).toContain('="yes"');
  });

  it.each(paths)('%s reads a pressed button, and measures its supply', path => {
    const board = booted(path);
    expect(evaluated(board, 'digitalRead(BTN)')).toContain('=0');
    board.keyDown();
    board.advance(50);
    expect(evaluated(board, 'digitalRead(BTN)')).toContain('=1');
    board.setSupply(2.9);
    const volts = Number(/=(\d\.\d+)/.exec(evaluated(board, 'E.getAnalogVRef()'))?.[1]);
    expect(volts).toBeGreaterThan(2.85);
    expect(volts).toBeLessThan(2.95);
  });

  it.each(paths)('%s talks to the chips on the bus', path => {
    const board = booted(path);
    evaluated(board, 'I2C1.setup({scl:B8,sda:B9,bitrate:400000})');
    expect(evaluated(board, 'I2C1.writeTo(0x57,0,64,1,2,3),1')).toContain('=1');
    expect(evaluated(board, 'I2C1.writeTo(0x57,0,64),I2C1.readFrom(0x57,3)')).toContain(
      '=new Uint8Array([1, 2, 3])',
    );
    expect(evaluated(board, 'I2C1.writeTo(0x68,15),I2C1.readFrom(0x68,1)')).toMatch(
      /=new Uint8Array\(\[\d+\]\)/,
    );
    expect(board.violations).toEqual([]);
  });

  it.each(paths)('%s types as a keyboard that the computer polls', path => {
    const boot0 = new TextEncoder().encode(`E.setUSBHID({reportDescriptor:[${KEYBOARD}]})`);
    const board = booted(path, { files: { '.boot0': boot0 } });
    expect([...(board.usbHid.reportDescriptor ?? [])]).toEqual(KEYBOARD);
    evaluated(board, 'E.sendUSBHID([0,0,4,0,0,0,0,0])');
    evaluated(board, 'E.sendUSBHID([0,0,0,0,0,0,0,0])');
    expect(board.keyboard.map(({ bytes }) => [...bytes])).toEqual([
      [0, 0, 4, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  it.each(paths)('%s sleeps deeply without USB where it may, and wakes by the button', path => {
    const board = booted(path, IMAGE);
    board.setUsb(false);
    board.advance(60_000);
    expect(board.sleeping).toBe(true);
    expect(board.screen().on).toBe(false);
    const { instructions } = board.counters();
    board.advance(60_000);
    expect(board.counters().instructions - instructions).toBeLessThan(10_000_000);
    board.press();
    board.advance(400);
    expect(board.screen().text).toContain('passfob pair');
  });

  it.each(paths)('%s: a look in the middle of a redraw finds the last whole screen', path => {
    const board = booted(path, IMAGE);
    const whole = new Set([board.screen().text.join()]);
    const seen = new Set<string>();
    let looksInTheMiddle = 0;
    board.onScreen(() => {
      seen.add(board.screen().text.join());
      if (board.screen().isBeingDrawn) looksInTheMiddle++;
    });
    for (const heldMs of [100, 1500, 100]) {
      board.press(0, heldMs);
      board.advance(400);
      whole.add(board.screen().text.join());
    }
    expect([...seen]).toEqual([...whole].filter(text => seen.has(text)));
    expect(whole.size).toBeGreaterThan(2);
    expect(looksInTheMiddle).toBeGreaterThan(10);
  });

  it.each(paths)('%s shows what the simulator shows, with the image of the fob', path => {
    const board = booted(path, IMAGE);
    // The simulator's own interpreter is the model: the same image, the same number, the same presses.
    const model = boot({ board: 'pico', seed: 1, crystal: false, ...IMAGE });
    model.advance(BOOT_MS);
    expect(board.screen().text).toContain('passfob pair');
    for (const heldMs of [100, 1500, 1500]) {
      for (const fob of [board, model]) {
        fob.press(0, heldMs);
        fob.advance(400);
      }
      const [real, imitated] = [board.screen(), model.screen()];
      expect(withoutVersion(real.text)).toEqual(withoutVersion(imitated.text));
      if (real.text.join() === imitated.text.join()) expect(real.bitmap).toEqual(imitated.bitmap);
    }
    model.close();
    expect(board.inspect().parts).toEqual({ display: true, clock: true, eeprom: true });
    expect(board.violations).toEqual([]);
  });
});
