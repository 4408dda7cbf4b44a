import { EEPROM_BYTES, EEPROM_WRITE_US, LARGE_EEPROM_BYTES } from '@passfob/simulator/base/limits';
import { Operations, PowerLost } from '@passfob/simulator/base/power';
import { At24c32 } from '@passfob/simulator/parts/at24c32';
import { Region } from '@passfob/simulator/state/memories';
import { memoryStore } from '@passfob/simulator/state/stores';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { I2C, lines, QUIET, run } from './kit.ts';

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

describe('AT24C32', () => {
  it('the AT24C32 wraps a write inside its page of 32 bytes', () => {
    const { eeprom, memory } = part();
    eeprom.write(at(0x3e, 1, 2, 3, 4));
    expect([...memory.bytes.subarray(0x20, 0x24)]).toEqual([3, 4, 0xff, 0xff]);
    expect([...memory.bytes.subarray(0x3e, 0x42)]).toEqual([1, 2, 0xff, 0xff]);
  });

  it('the AT24C32 keeps the last 32 of more bytes', () => {
    const { eeprom, memory } = part();
    eeprom.write(at(0, ...Array.from({ length: 40 }, (_, index) => index)));
    expect([...memory.bytes.subarray(0, 9)]).toEqual([32, 33, 34, 35, 36, 37, 38, 39, 8]);
  });

  it('the AT24C32 ignores the high bits of the address and reads on around the end', () => {
    const { eeprom, wait } = part();
    eeprom.write(at(0xffff, 7));
    wait(EEPROM_WRITE_US);
    eeprom.write(at(0x0fff));
    expect([...eeprom.read(2)]).toEqual([7, 0xff]);
    eeprom.write(at(0, 9));
    wait(EEPROM_WRITE_US);
    eeprom.write(at(0x0fff));
    expect([...eeprom.read(2)]).toEqual([7, 9]);
  });

  it('the AT24C32 does not acknowledge for 10 ms after a write', () => {
    const { eeprom, wait } = part();
    expect(eeprom.ready()).toBe(true);
    eeprom.write(at(0, 1));
    expect(eeprom.ready()).toBe(false);
    wait(EEPROM_WRITE_US - 1);
    expect(eeprom.ready()).toBe(false);
    wait(1);
    expect(eeprom.ready()).toBe(true);
  });

  it('the AT24C32 does not acknowledge before its 10 ms are over, although its supply was off for a moment', () => {
    const { eeprom, wait } = part();
    eeprom.write(at(0, 1));
    wait(EEPROM_WRITE_US / 2);
    eeprom.powerOff();
    eeprom.powerOn();
    wait(EEPROM_WRITE_US / 2 - 1);
    expect(eeprom.ready()).toBe(false);
    wait(1);
    expect(eeprom.ready()).toBe(true);
  });

  it('the AT24C32 counts a page write as one operation, and setting the address as none', () => {
    const { eeprom, operations, wait } = part();
    eeprom.write(at(5));
    eeprom.write(at(5, 1, 2, 3));
    wait(EEPROM_WRITE_US);
    eeprom.write(at(5));
    expect(operations.count).toBe(1);
  });

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

  it('the AT24C32 tears the same way for the same seed and operation', () => {
    const torn = (seed: number) => {
      const { eeprom, memory, operations } = part(seed);
      operations.cutAfter(1);
      expect(() => eeprom.write(at(0, 1, 2, 3, 4, 5, 6))).toThrow(PowerLost);
      return [...memory.bytes.subarray(0, 8)].join();
    };
    fc.assert(
      fc.property(fc.nat(), seed => {
        expect(torn(seed)).toBe(torn(seed));
      }),
    );
    expect(new Set(Array.from({ length: 40 }, (_, seed) => torn(seed))).size).toBeGreaterThan(5);
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
});

describe('AT24C256', () => {
  const blank = new Uint8Array(LARGE_EEPROM_BYTES).fill(0xff);

  it('the AT24C256 has 15 bits of address and no place twice', () => {
    const { eeprom, memory, wait } = part(1, blank);
    eeprom.write(at(0x0320, 1));
    wait(EEPROM_WRITE_US);
    eeprom.write(at(0x1320, 2));
    wait(EEPROM_WRITE_US);
    eeprom.write(at(0x8000, 3));
    expect([memory.bytes[0x0320], memory.bytes[0x1320], memory.bytes[0]]).toEqual([1, 2, 3]);
  });

  it('the AT24C256 wraps a write inside its page of 64 bytes', () => {
    const { eeprom, memory } = part(1, blank);
    eeprom.write(at(0x7e, 1, 2, 3));
    expect([memory.bytes[0x7e], memory.bytes[0x7f], memory.bytes[0x40]]).toEqual([1, 2, 3]);
  });

  it('the AT24C256 tears no other 32 bytes than those of the write', () => {
    const torn = new Set<number>();
    for (let seed = 0; seed < 120; seed++) {
      const { eeprom, memory, operations } = part(seed, blank);
      operations.cutAfter(1);
      expect(() => eeprom.write(at(0x60, 1, 2))).toThrow(PowerLost);
      for (const [address, byte] of memory.bytes.entries()) if (byte !== 0xff) torn.add(address);
    }
    expect(Math.min(...torn)).toBeGreaterThanOrEqual(0x60);
    expect(Math.max(...torn)).toBeLessThan(0x80);
    expect(torn.size).toBeGreaterThan(20);
  });
});

describe('EEPROM on the bus', () => {
  const WAIT = 'var t = getTime() + 0.0101; while (getTime() < t);';

  it('an image that waits writes and reads the EEPROM', () => {
    const source = `${QUIET}${I2C}I2C1.writeTo(0x57, 0, 32, [1, 2], new Uint8Array([3])); ${WAIT}
      I2C1.writeTo(0x57, 0, 32); print(I2C1.readFrom(0x57, 4).join());`;
    const fob = run(source);
    expect(lines(fob)).toEqual(['1,2,3,255']);
    expect(fob.operations).toBe(1);
    expect(fob.violations).toEqual([]);
  });

  it('an image that polls the EEPROM gets an exception, which is a violation', () => {
    const source = `${QUIET}${I2C}I2C1.writeTo(0x57, 0, 0, 1);
      try { I2C1.writeTo(0x57, 0, 0) } catch (e) { print(e.toString()) }`;
    const fob = run(source);
    expect(lines(fob)).toEqual(['InternalError: Timeout on I2C Write Transmit Mode 2']);
    expect(fob.violations).toEqual(['AT24C32 addressed during its write time']);
  });

  it('no chip answers at another address, on other pins or before setup', () => {
    const attempt = 'try { I2C1.readFrom(0x57, 1); print("read") } catch (e) { print("silent") }';
    const fob = run(
      `${QUIET}${attempt}${I2C}${attempt}try { I2C1.readFrom(0x50, 1) } catch (e) { print("nobody") }
       I2C1.setup({scl:B6,sda:B7});${attempt}`,
    );
    expect(lines(fob)).toEqual(['silent', 'read', 'nobody', 'silent']);
    expect(fob.violations).toEqual([]);
  });
});
