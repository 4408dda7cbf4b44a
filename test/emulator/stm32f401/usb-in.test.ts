import { describe, expect, test } from 'vitest';
import { OFFSET } from '../kit/usb/otg-driver.ts';
import { makeOtg, packet } from './usb-fixture.ts';

const ENABLED = 2 ** 31;
const CNAK = 1 << 26;
const SNAK = 1 << 27;
const DISABLE = 1 << 30;
const STALL = 1 << 21;
const ACTIVE = 1 << 15;
const FIFO_1 = 2 * OFFSET.FIFO;
const AT_1 = 0x20;
/** Bulk, FIFO 1, packets of 8 bytes. */
const BULK = ACTIVE | (2 << 18) | (1 << 22) | 8;

function makeBulk() {
  const bench = makeOtg();
  bench.attach();
  bench.write(OFFSET.DIEPTXF + 4, (16 << 16) | 64);
  bench.write(OFFSET.DIEPCTL + AT_1, BULK);
  return {
    ...bench,
    start(packets: number, bytes: number) {
      bench.write(OFFSET.DIEPTSIZ + AT_1, (packets << 19) | bytes);
      bench.write(OFFSET.DIEPCTL + AT_1, BULK | ENABLED | CNAK);
    },
    flags: () => bench.read(OFFSET.DIEPINT + AT_1),
  };
}

describe('IN transfers of OTG FS (RM0368 §22.17.6)', () => {
  test('a token gets NAK until the whole packet is in the FIFO', () => {
    const { otg, start, write } = makeBulk();
    expect(otg.in(0, 1)).toBe('nak');
    start(1, 6);
    write(FIFO_1, 0x04030201);
    expect(otg.in(0, 1)).toBe('nak');
    write(FIFO_1, 0xffff0605);
    expect(otg.in(0, 1)).toEqual(packet(0, 1, 2, 3, 4, 5, 6));
  });

  test('XFRC comes with the last packet and disables the endpoint', () => {
    const { otg, start, write, read, flags } = makeBulk();
    start(2, 12);
    for (const word of [1, 2, 3]) write(FIFO_1, word);
    expect(read(OFFSET.DIEPTSIZ + AT_1)).toBe(2 << 19);
    expect(otg.in(0, 1)).toEqual(packet(0, 1, 0, 0, 0, 2, 0, 0, 0));
    expect(flags() & 1).toBe(0);
    expect(otg.in(0, 1)).toEqual(packet(1, 3, 0, 0, 0));
    expect(flags() & 1).toBe(1);
    expect(read(OFFSET.DIEPCTL + AT_1) >>> 31).toBe(0);
    expect(otg.in(0, 1)).toBe('nak');
  });

  test('a packet without bytes needs no data, alone or after full packets', () => {
    const { otg, start, write } = makeBulk();
    start(1, 0);
    expect(otg.in(0, 1)).toEqual(packet(0));
    start(2, 8);
    expect(otg.in(0, 1)).toBe('nak');
    write(FIFO_1, 1);
    write(FIFO_1, 2);
    expect(otg.in(0, 1)).toEqual(packet(1, 1, 0, 0, 0, 2, 0, 0, 0));
    expect(otg.in(0, 1)).toEqual(packet(0));
  });

  test('data written before the endpoint is enabled goes out afterwards', () => {
    const { otg, start, write } = makeBulk();
    write(FIFO_1, 0x44);
    expect(otg.in(0, 1)).toBe('nak');
    start(1, 1);
    expect(otg.in(0, 1)).toEqual(packet(0, 0x44));
  });

  test('TXFE follows the level that TXFELVL selects, and DIEPEMPMSK lets it through', () => {
    const { write, read, flags, isRequested } = makeBulk();
    write(OFFSET.GAHBCFG, 1);
    write(OFFSET.GINTMSK, 1 << 18);
    write(OFFSET.DAINTMSK, 2);
    expect(flags() & 0x80).toBe(0x80);
    expect(isRequested()).toBe(false);
    write(OFFSET.DIEPEMPMSK, 2);
    expect(isRequested()).toBe(true);
    expect(read(OFFSET.DAINT)).toBe(2);
    write(FIFO_1, 1);
    expect(flags() & 0x80).toBe(0x80);
    write(OFFSET.GAHBCFG, 0x81);
    expect(flags() & 0x80).toBe(0);
    expect(isRequested()).toBe(false);
    expect(read(OFFSET.DTXFSTS + AT_1)).toBe(15);
  });

  test('a token for an enabled endpoint without data raises ITTXFE', () => {
    const { otg, start, flags } = makeBulk();
    start(1, 4);
    otg.in(0, 1);
    expect(flags() & 0x10).toBe(0x10);
  });

  test('a token under NAK raises no ITTXFE; SNAK raises INEPNE and CNAK clears it', () => {
    const { otg, start, write, flags } = makeBulk();
    start(1, 4);
    write(OFFSET.DIEPCTL + AT_1, BULK | SNAK);
    expect(otg.in(0, 1)).toBe('nak');
    expect(flags() & 0x50).toBe(0x40);
    write(OFFSET.DIEPCTL + AT_1, BULK | CNAK);
    expect(flags() & 0x50).toBe(0);
  });

  test('the global IN NAK holds all endpoints', () => {
    const { otg, start, write, read } = makeBulk();
    start(1, 1);
    write(FIFO_1, 7);
    write(OFFSET.DCTL, 1 << 7);
    expect(read(OFFSET.GINTSTS) & 0x40).toBe(0x40);
    expect(otg.in(0, 1)).toBe('nak');
    write(OFFSET.DCTL, 1 << 8);
    expect(otg.in(0, 1)).toEqual(packet(0, 7));
  });

  test('STALL comes before NAK', () => {
    const { otg, write } = makeBulk();
    write(OFFSET.DIEPCTL + AT_1, BULK | STALL | SNAK);
    expect(otg.in(0, 1)).toBe('stall');
  });

  test('a disabled endpoint keeps its data until the FIFO is flushed', () => {
    const { otg, start, write, read, flags } = makeBulk();
    start(1, 8);
    write(FIFO_1, 1);
    write(OFFSET.DIEPCTL + AT_1, BULK | DISABLE | SNAK);
    expect(flags() & 2).toBe(2);
    expect(read(OFFSET.DTXFSTS + AT_1)).toBe(15);
    write(OFFSET.GRSTCTL, (1 << 6) | 0x20);
    expect(read(OFFSET.GRSTCTL) & 0x20).toBe(0);
    expect(read(OFFSET.DTXFSTS + AT_1)).toBe(16);
    start(1, 1);
    write(FIFO_1, 9);
    expect(otg.in(0, 1)).toEqual(packet(0, 9));
  });

  test('a transfer whose data was flushed sends nothing, not even an empty packet', () => {
    const { otg, start, write, read } = makeBulk();
    start(1, 1);
    write(FIFO_1, 9);
    write(OFFSET.GRSTCTL, (1 << 6) | 0x20);
    write(OFFSET.DIEPCTL + AT_1, read(OFFSET.DIEPCTL + AT_1));
    expect(otg.in(0, 1)).toBe('nak');
  });

  test('a reset of the bus leaves data in the FIFO, which software has to flush', () => {
    const { otg, start, write, read } = makeBulk();
    start(1, 1);
    write(FIFO_1, 9);
    otg.drive('reset');
    otg.drive('frames');
    expect(read(OFFSET.DTXFSTS + AT_1)).toBe(15);
  });

  test('words beyond the depth of the FIFO are lost', () => {
    const { write, read } = makeBulk();
    for (let word = 0; word < 20; word++) write(FIFO_1, word);
    expect(read(OFFSET.DTXFSTS + AT_1)).toBe(0);
  });
});
