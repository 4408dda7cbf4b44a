import { EEPROM_BYTES, EEPROM_WRITE_US, LARGE_EEPROM_BYTES } from '@passfob/simulator/base/limits';
import { At24c32 } from '@passfob/simulator/board/chips/at24c32';
import { Operations, PowerLost } from '@passfob/simulator/faults/operations';
import { Region } from '@passfob/simulator/recording/state/memories';
import { memoryStore } from '@passfob/simulator/recording/state/stores';
import { expect, it } from 'vitest';
import { type Stage, scripts } from '../emulator/kit/register-script.ts';
import { I2C, lines, QUIET, run } from './kit.ts';
import { prints } from './prints.ts';

function part(seed = 1, contents: Uint8Array = new Uint8Array(EEPROM_BYTES).fill(0xff)) {
  const store = memoryStore();
  store.write(0, contents);
  const memory = new Region(contents.slice(), store, 0, contents.length);
  let nowUs = 0;
  let cut = false;
  const operations = new Operations({
    seed,
    count: 0,
    counted() {},
    applied() {},
    powerLost() {
      cut = true;
    },
  });
  const eeprom = new At24c32(memory, operations, () => nowUs);
  return {
    eeprom,
    memory,
    operations,
    wait: (us: number) => {
      nowUs += us;
    },
    isCut: () => cut,
  };
}

const at = (address: number, ...data: number[]) => Uint8Array.of(address >> 8, address & 255, ...data);

/** `write` takes an address and bytes; `bytes` shows so many of the memory, and `read` of what the part answers. */
const stageOf = (size: number) => (): Stage => {
  const { eeprom, memory, operations, wait } = part(1, new Uint8Array(size).fill(0xff));
  return {
    registers: {},
    names: { WRITE: EEPROM_WRITE_US },
    pass: wait,
    shows: {
      bytes: (from, count) => memory.bytes.subarray(Number(from), Number(from) + Number(count)).join(' '),
      read: count => eeprom.read(Number(count)).join(' '),
      ready: () => eeprom.ready(),
      operations: () => operations.count,
    },
    acts: {
      write: (address, ...data) => eeprom.write(at(Number(address), ...data.map(Number))),
      off: () => eeprom.powerOff(),
      on: () => eeprom.powerOn(),
    },
  };
};

scripts('AT24C32', stageOf(EEPROM_BYTES))`
  the AT24C32 wraps a write inside its page of 32 bytes:
    write 0x3e 1 2 3 4; bytes 0x20 4 is 3 4 255 255; bytes 0x3e 4 is 1 2 255 255

  the AT24C32 keeps the last 32 of more bytes:
    write 0 ${Array.from({ length: 40 }, (_, index) => index).join(' ')}; bytes 0 9 is 32 33 34 35 36 37 38 39 8

  the AT24C32 ignores the high bits of the address and reads on around the end:
    write 0xffff 7; WRITE us; write 0x0fff; read 2 is 7 255; write 0 9; WRITE us; write 0x0fff; read 2 is 7 9

  the AT24C32 does not acknowledge for 10 ms after a write:
    ready is true; write 0 1; ready is false; WRITE - 1 us; ready is false; 1 us; ready is true

  the AT24C32 does not acknowledge before its 10 ms are over, although its supply was off for a moment:
    write 0 1; WRITE / 2 us; off; on; WRITE / 2 - 1 us; ready is false; 1 us; ready is true

  the AT24C32 counts a page write as one operation, and setting the address as none:
    write 5; write 5 1 2 3; WRITE us; write 5; operations is 1
`;

scripts('AT24C256', stageOf(LARGE_EEPROM_BYTES))`
  the AT24C256 has 15 bits of address and no place twice:
    write 0x0320 1; WRITE us; write 0x1320 2; WRITE us; write 0x8000 3
    bytes 0x0320 1 is 1; bytes 0x1320 1 is 2; bytes 0 1 is 3

  the AT24C256 wraps a write inside its page of 64 bytes:
    write 0x7e 1 2 3; bytes 0x7e 2 is 1 2; bytes 0x40 1 is 3
`;

it('the AT24C32 tears within its envelope: the page and no other, old, new, 0xFF or junk', () => {
  const kinds = { old: 0, whole: 0, span: 0, page: 0 };
  for (let seed = 0; seed < 300; seed++) {
    const contents = new Uint8Array(EEPROM_BYTES).map((_, index) => index % 199);
    const { eeprom, memory, operations, isCut } = part(seed, contents);
    operations.cutAfter(1);
    const data = Array.from({ length: 8 }, (_, index) => 200 + index);
    expect(() => eeprom.write(at(0x48, ...data))).toThrow(PowerLost);
    expect(isCut()).toBe(true);
    const page = [...memory.bytes.subarray(0x40, 0x60)];
    const old = [...contents.subarray(0x40, 0x60)];
    const fresh = old.map((byte, index) => data[index - 8] ?? byte);
    expect([...memory.bytes.subarray(0, 0x40)]).toEqual([...contents.subarray(0, 0x40)]);
    expect([...memory.bytes.subarray(0x60)]).toEqual([...contents.subarray(0x60)]);
    const outside = page.some((byte, index) => (index < 8 || index >= 16) && byte !== old[index]);
    if (page.every((byte, index) => byte === old[index])) kinds.old++;
    else if (page.every((byte, index) => byte === fresh[index])) kinds.whole++;
    else if (outside) kinds.page++;
    else kinds.span++;
  }
  // 1 in 6, 1 in 6, 3 in 6, 1 in 6: every kind occurs, the mixed span most.
  expect(Math.min(...Object.values(kinds))).toBeGreaterThan(25);
  expect(kinds.span).toBeGreaterThan(kinds.page);
});

it('the AT24C32 tears a write under way when the supply goes, and no completed one', () => {
  const outcome = (waitUs: number) => {
    const results = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const { eeprom, memory, wait } = part(seed);
      eeprom.write(at(0, 1, 2, 3));
      wait(waitUs);
      eeprom.powerOff();
      results.add([...memory.bytes.subarray(0, 3)].join());
    }
    return results;
  };
  expect(outcome(EEPROM_WRITE_US - 1).size).toBeGreaterThan(3);
  expect([...outcome(EEPROM_WRITE_US)]).toEqual(['1,2,3']);
});

it('the AT24C256 tears no other 32 bytes than those of the write', () => {
  const torn = new Set<number>();
  for (let seed = 0; seed < 120; seed++) {
    const { eeprom, memory, operations } = part(seed, new Uint8Array(LARGE_EEPROM_BYTES).fill(0xff));
    operations.cutAfter(1);
    expect(() => eeprom.write(at(0x60, 1, 2))).toThrow(PowerLost);
    for (const [address, byte] of memory.bytes.entries()) if (byte !== 0xff) torn.add(address);
  }
  expect(Math.min(...torn)).toBeGreaterThanOrEqual(0x60);
  expect(Math.max(...torn)).toBeLessThan(0x80);
  expect(torn.size).toBeGreaterThan(20);
});

prints('EEPROM on the bus')`
  an image that waits writes and reads the EEPROM:
    ${QUIET}${I2C}I2C1.writeTo(0x57, 0, 32, [1, 2], new Uint8Array([3])); var t = getTime() + 0.0101; while (getTime() < t);
    I2C1.writeTo(0x57, 0, 32); print(I2C1.readFrom(0x57, 4).join());
    > 1,2,3,255

  no chip answers at another address, on other pins or before setup:
    function attempt() { try { I2C1.readFrom(0x57, 1); print("read") } catch (e) { print("silent") } }
    ${QUIET}attempt();${I2C}attempt();try { I2C1.readFrom(0x50, 1) } catch (e) { print("nobody") }
    I2C1.setup({scl:B6,sda:B7});attempt();
    > silent
    > read
    > nobody
    > silent
`;

it('an image that polls the EEPROM gets an exception, which is a violation', () => {
  const source = `${QUIET}${I2C}I2C1.writeTo(0x57, 0, 0, 1);
    try { I2C1.writeTo(0x57, 0, 0) } catch (e) { print(e.toString()) }`;
  const fob = run(source);
  expect(lines(fob)).toEqual(['InternalError: Timeout on I2C Write Transmit Mode 2']);
  expect(fob.violations).toEqual(['AT24C32 addressed during its write time']);
});
