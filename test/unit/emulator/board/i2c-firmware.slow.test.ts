/** Needs ESPRUINO_ARM, the path of Espruino's .bin file for the Espruino Pico (2v29): its own driver meets I2C1 and the faults. */
import { readFileSync } from 'node:fs';
import type { VirtualBoard } from '@passfob/emulator/board/options';
import { virtualBoard } from '@passfob/emulator/board/virtual-board';
import type { FaultPlan } from '@passfob/simulator/base/fault-plan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { ESPRUINO_ARM } = process.env;
/** An EEPROM takes this long to write, and more. */
const SETTLED_MS = 20;

const SETUP = 'I2C1.setup({scl:B8,sda:B9,bitrate:400000});';
const READ =
  'function r(){try{I2C1.writeTo(0x57,0,32);return I2C1.readFrom(0x57,4).join()}catch(e){return e.toString()}}';
const CLOCKS = 'pinMode(B9,"input");pinMode(B8,"opendrain");for(var i=18;i--;)digitalWrite(B8,~i&1)';

describe.skipIf(!ESPRUINO_ARM)("Espruino's own I2C driver on a virtual board (needs ESPRUINO_ARM)", () => {
  let board: VirtualBoard;
  let text = '';

  /** Runs a line at the console. Returns what it prints. */
  function say(line: string, ms = 100): string {
    text = '';
    const bytes = new TextEncoder().encode(`\x10${line}\n`);
    // Espruino 2v29 loses bytes of packets that come close together.
    for (let at = 0; at < bytes.length; at += 60) {
      board.serial('USB').write(bytes.subarray(at, at + 60));
      board.advance(20);
    }
    board.advance(ms);
    return text.replace(/\r?\n>?$/, '');
  }

  /** Has a transfer suffer the plan, and returns what a write and a read of the EEPROM make of it. */
  function suffer(at: NonNullable<FaultPlan['bus']>['at']): string {
    board.setFaults(at ? { bus: { at } } : {});
    return say('print(r())', 4000);
  }

  beforeAll(() => {
    board = virtualBoard({ firmware: readFileSync(ESPRUINO_ARM ?? ''), seed: 1 });
    board.serial('USB').onData(bytes => {
      text += new TextDecoder().decode(bytes);
    });
    board.advance(3000);
    say(SETUP);
    say('I2C1.writeTo(0x57,0,32,1,2,3,4)', SETTLED_MS);
    say(READ);
  });

  afterAll(() => board?.close());

  it('writes a page of the EEPROM and reads it back', () => {
    expect(say('print(r())')).toContain('1,2,3,4');
    expect(board.violations).toEqual([]);
  });

  it('misses the end of the read that the plan fails, and no other', () => {
    expect(suffer({ 2: 'fail' })).toContain('Timeout on I2C Read Receive');
    expect(say('print(r())')).toContain('1,2,3,4');
  });

  it('finds the bus busy after a start that is late, until a setup', () => {
    expect(suffer({ 1: 'late' })).toContain('I2C device not responding');
    expect(say('print(r())', 4000)).toContain('Timeout on I2C Write BUSY');
    expect(say('print(r())', 4000)).toContain('Timeout on I2C Write BUSY');
    expect(say(`${SETUP}print(r())`)).toContain('1,2,3,4');
  });

  it('gets through to parts that hold SDA after nine clocks and a setup', () => {
    expect(suffer({ 1: 'hang' })).toContain('I2C device not responding');
    expect(say(`${SETUP}print(r())`, 4000)).toContain('Timeout on I2C Write BUSY');
    say(CLOCKS);
    expect(say(`${SETUP}print(r())`)).toContain('1,2,3,4');
  });

  it('polls a second or so for an absent part', () => {
    suffer(undefined);
    const line = 'var t=getTime();try{I2C1.writeTo(0x42,0)}catch(e){print(e.toString())};print(getTime()-t)';
    const [error = '', seconds = ''] = say(line, 4000).split('\r\n');
    expect(error).toContain('Timeout on I2C Write Transmit Mode 2');
    expect(Number(seconds)).toBeGreaterThan(0.8);
    expect(Number(seconds)).toBeLessThan(1.6);
  });

  it('loses its power in a page write, which is torn at most in its page', () => {
    board.cutPowerAtOperation(1);
    say('I2C1.writeTo(0x57,0,64,9,9,9,9)');
    expect(board.powered).toBe(false);
    board.powerOn();
    board.advance(3000);
    say(SETUP);
    say(READ);
    expect(say('print(r())')).toContain('1,2,3,4');
  });
});
