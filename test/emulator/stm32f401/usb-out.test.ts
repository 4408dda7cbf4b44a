import { describe, expect, test } from 'vitest';
import { OFFSET } from '../kit/usb/otg-driver.ts';
import { makeOtg, packet } from './usb-fixture.ts';

const REQUEST = Uint8Array.of(0x80, 6, 0, 1, 0, 0, 18, 0);
const ENABLED = 2 ** 31;
const CNAK = 1 << 26;
const SNAK = 1 << 27;
const DISABLE = 1 << 30;
const NAKSTS = 1 << 17;
const STALL = 1 << 21;
const AT_1 = 0x20;

/** With OUT endpoint 1 for bulk packets of 8 bytes. */
function makeBulk(packets: number) {
  const bench = makeOtg();
  bench.attach();
  bench.write(OFFSET.GRXFSIZ, 64);
  bench.write(OFFSET.DOEPTSIZ + AT_1, (packets << 19) | (8 * packets));
  bench.write(OFFSET.DOEPCTL + AT_1, ENABLED | CNAK | (1 << 28) | (2 << 18) | (1 << 15) | 8);
  return bench;
}

describe('SETUP packets of OTG FS (RM0368 §22.17.6)', () => {
  test('a SETUP packet is taken whatever NAK and STALL say, and clears STALL', () => {
    const { otg, attach, write, read } = makeOtg();
    attach();
    write(OFFSET.DOEPCTL, SNAK | STALL);
    write(OFFSET.DIEPCTL, STALL);
    expect(otg.in(0, 0)).toBe('stall');
    expect(otg.setup(0, REQUEST)).toBe('ack');
    expect(read(OFFSET.DIEPCTL) & (STALL | NAKSTS)).toBe(NAKSTS);
    expect(read(OFFSET.DOEPCTL) & (STALL | NAKSTS)).toBe(NAKSTS);
  });

  test('software cannot clear STALL of endpoint 0', () => {
    const { attach, write, read } = makeOtg();
    attach();
    write(OFFSET.DIEPCTL, STALL);
    write(OFFSET.DIEPCTL, 0);
    expect(read(OFFSET.DIEPCTL) & STALL).toBe(STALL);
  });

  test('the stage ends with the next token, and STUP comes when software pops that entry', () => {
    const { otg, attach, write, read, pop } = makeOtg();
    attach();
    write(OFFSET.DOEPTSIZ, (3 << 29) | (1 << 19) | 24);
    otg.setup(0, REQUEST);
    expect(pop()).toEqual({ endpoint: 0, count: 8, kind: 6, data: [0x01000680, 0x00120000] });
    expect(read(OFFSET.GINTSTS) & 0x10).toBe(0);
    expect(otg.in(0, 0)).toBe('nak');
    expect(read(OFFSET.GINTSTS) & 0x10).toBe(0x10);
    expect(read(OFFSET.DOEPINT)).toBe(0);
    expect(pop()).toEqual({ endpoint: 0, count: 0, kind: 4, data: [] });
    expect(read(OFFSET.DOEPINT)).toBe(8);
    expect(read(OFFSET.DOEPTSIZ) >>> 29).toBe(2);
  });

  test('more than three SETUP packets in a row raise B2BSTUP', () => {
    const { otg, attach, write, read } = makeOtg();
    attach();
    write(OFFSET.DOEPTSIZ, 3 << 29);
    for (let count = 0; count < 3; count++) otg.setup(0, REQUEST);
    expect(read(OFFSET.DOEPINT)).toBe(0);
    otg.setup(0, REQUEST);
    expect(read(OFFSET.DOEPINT)).toBe(0x40);
  });
});

describe('OUT transfers of OTG FS (RM0368 §22.17.6)', () => {
  test('an endpoint that is not active does not answer; one that is not enabled says NAK', () => {
    const { otg, attach, write } = makeOtg();
    attach();
    expect(otg.out(0, 1, packet(0, 1))).toBe('silent');
    write(OFFSET.DOEPCTL + AT_1, (1 << 15) | 8);
    expect(otg.out(0, 1, packet(0, 1))).toBe('nak');
    expect(otg.out(0, 7, packet(0, 1))).toBe('silent');
  });

  test('an OUT token for endpoint 0 while it is not enabled raises OTEPDIS', () => {
    const { otg, attach, read } = makeOtg();
    attach();
    expect(otg.out(0, 0, packet(1))).toBe('nak');
    expect(read(OFFSET.DOEPINT)).toBe(0x10);
  });

  test('a short packet ends the transfer: NAK at once, XFRC when software pops the entry', () => {
    const { otg, read, pop } = makeBulk(4);
    expect(otg.out(0, 1, packet(0, 1, 2, 3, 4, 5, 6, 7, 8))).toBe('ack');
    expect(otg.out(0, 1, packet(1, 9, 10, 11, 12, 13))).toBe('ack');
    expect(otg.out(0, 1, packet(0, 14))).toBe('nak');
    expect(pop()).toEqual({ endpoint: 1, count: 8, kind: 2, data: [0x04030201, 0x08070605] });
    expect(pop()).toEqual({ endpoint: 1, count: 5, kind: 2, data: [0x0c0b0a09, 0x0000000d] });
    expect(read(OFFSET.DOEPINT + AT_1)).toBe(0);
    expect(read(OFFSET.DOEPCTL + AT_1) >>> 31).toBe(1);
    expect(pop()).toEqual({ endpoint: 1, count: 0, kind: 3, data: [] });
    expect(read(OFFSET.DOEPINT + AT_1)).toBe(1);
    expect(read(OFFSET.DOEPCTL + AT_1) >>> 31).toBe(0);
    expect(read(OFFSET.DOEPTSIZ + AT_1)).toBe((2 << 19) | (32 - 13));
  });

  test('a transfer ends when its packets are counted down', () => {
    const { otg } = makeBulk(2);
    const full = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(otg.out(0, 1, packet(0, ...full))).toBe('ack');
    expect(otg.out(0, 1, packet(1, ...full))).toBe('ack');
    expect(otg.out(0, 1, packet(0, ...full))).toBe('nak');
  });

  test('a packet that the host sends again is acknowledged and dropped', () => {
    const { otg, pop, read } = makeBulk(4);
    expect(otg.out(0, 1, packet(0, 1, 2, 3, 4, 5, 6, 7, 8))).toBe('ack');
    expect(otg.out(0, 1, packet(0, 1, 2, 3, 4, 5, 6, 7, 8))).toBe('ack');
    pop();
    expect(read(OFFSET.GINTSTS) & 0x10).toBe(0);
  });

  test('a packet that is larger than MPSIZ gets no answer', () => {
    const { otg } = makeBulk(4);
    expect(otg.out(0, 1, packet(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))).toBe('silent');
  });

  test('data that does not fit into the receive FIFO gets NAK, and SETUP packets still fit', () => {
    const { otg, write, pop } = makeBulk(20);
    write(OFFSET.GRXFSIZ, 10 + 10);
    const full = [1, 2, 3, 4, 5, 6, 7, 8];
    const handshakes = [0, 1, 0, 1].map(toggle => otg.out(0, 1, packet(toggle === 1 ? 1 : 0, ...full)));
    expect(handshakes).toEqual(['ack', 'ack', 'ack', 'nak']);
    expect(otg.setup(0, REQUEST)).toBe('ack');
    pop();
    pop();
    expect(otg.out(0, 1, packet(1, ...full))).toBe('ack');
  });

  test('space in the receive FIFO is news to the host', () => {
    const { otg, write, pop, read, seen } = makeBulk(20);
    write(OFFSET.GRXFSIZ, 10 + 5);
    const full = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(otg.out(0, 1, packet(0, ...full))).toBe('ack');
    expect(otg.out(0, 1, packet(1, ...full))).toBe('nak');
    read(OFFSET.GRXSTSP);
    const { changes } = seen;
    expect(otg.out(0, 1, packet(1, ...full))).toBe('nak');
    read(OFFSET.FIFO);
    expect(seen.changes).toBe(changes + 1);
    expect(otg.out(0, 1, packet(1, ...full))).toBe('ack');
    read(OFFSET.FIFO);
    expect(pop().count).toBe(8);
  });

  test('a halted endpoint says STALL, and SD0PID makes the next packet DATA0', () => {
    const { otg, write, read, pop } = makeBulk(4);
    otg.out(0, 1, packet(0, 1, 2, 3, 4, 5, 6, 7, 8));
    const control = read(OFFSET.DOEPCTL + AT_1);
    write(OFFSET.DOEPCTL + AT_1, control | STALL);
    expect(otg.out(0, 1, packet(1, 1))).toBe('stall');
    write(OFFSET.DOEPCTL + AT_1, (control & ~STALL) | (1 << 28));
    otg.out(0, 1, packet(0, 42));
    pop();
    expect(pop().data).toEqual([42]);
  });

  test('the global OUT NAK takes effect when software pops its entry', () => {
    const { otg, write, read, pop } = makeBulk(4);
    write(OFFSET.DCTL, 1 << 9);
    expect(otg.out(0, 1, packet(0, 1))).toBe('nak');
    expect(read(OFFSET.GINTSTS) & 0x80).toBe(0);
    expect(pop().kind).toBe(1);
    expect(read(OFFSET.GINTSTS) & 0x80).toBe(0x80);
    write(OFFSET.DCTL, 1 << 10);
    expect(read(OFFSET.GINTSTS) & 0x80).toBe(0);
    expect(otg.out(0, 1, packet(0, 1))).toBe('ack');
  });

  test('a disabled endpoint raises EPDISD; OUT endpoint 0 cannot be disabled', () => {
    const { write, read } = makeBulk(4);
    write(OFFSET.DOEPCTL + AT_1, DISABLE | SNAK | (1 << 15) | 8);
    expect(read(OFFSET.DOEPINT + AT_1)).toBe(2);
    expect(read(OFFSET.DOEPCTL + AT_1) >>> 31).toBe(0);
    write(OFFSET.DOEPCTL, ENABLED);
    write(OFFSET.DOEPCTL, DISABLE);
    expect(read(OFFSET.DOEPCTL) >>> 31).toBe(1);
  });
});
