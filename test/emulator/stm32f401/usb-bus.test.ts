import { describe, expect, test } from 'vitest';
import { OFFSET } from '../kit/usb/otg-driver.ts';
import { makeOtg, POWERED, packet } from './usb-fixture.ts';

const SUSPENDED = 1;
const WKUPINT = 2 ** 31;

/** Flags of GINTSTS that come with time and the lines. */
function flags({ read }: ReturnType<typeof makeOtg>): number {
  return (read(OFFSET.GINTSTS) & 0xc000_3c0c) >>> 0;
}

describe('the session of OTG FS (RM0368 §22.5.1)', () => {
  test('the pull-up needs the transceiver, a valid session and no soft disconnect', () => {
    const bench = makeOtg();
    const { otg, write } = bench;
    otg.setVbus(true);
    expect(otg.isAttached).toBe(false);
    write(OFFSET.GCCFG, 1 << 16);
    expect(otg.isAttached).toBe(false);
    write(OFFSET.GCCFG, POWERED);
    expect(otg.isAttached).toBe(true);
    write(OFFSET.DCTL, 2);
    expect(otg.isAttached).toBe(false);
    write(OFFSET.DCTL, 0);
    otg.setVbus(false);
    expect(otg.isAttached).toBe(false);
  });

  test('without sensing, a session is always valid', () => {
    const { otg, write } = makeOtg();
    write(OFFSET.GCCFG, (1 << 16) | (1 << 21));
    expect(otg.isAttached).toBe(true);
  });

  test('VBUS raises SRQINT as it comes and SEDET as it goes', () => {
    const bench = makeOtg();
    bench.write(OFFSET.GCCFG, POWERED);
    bench.otg.setVbus(true);
    expect(flags(bench)).toBe(0x4000_0000);
    expect(bench.read(OFFSET.GOTGCTL) & (1 << 19)).toBe(1 << 19);
    bench.write(OFFSET.GINTSTS, 0x4000_0000);
    bench.otg.setVbus(false);
    expect(flags(bench)).toBe(4);
    expect(bench.read(OFFSET.GOTGINT)).toBe(4);
    bench.write(OFFSET.GOTGINT, 4);
    expect(flags(bench)).toBe(0);
  });
});

describe('the lines of OTG FS (RM0368 §22.5.2 and §22.17.5)', () => {
  test('a reset raises USBRST as it begins and ENUMDNE as it is over, at full speed', () => {
    const bench = makeOtg();
    bench.attach('idle');
    bench.write(OFFSET.GINTSTS, 0xffff_ffff);
    bench.otg.drive('reset');
    expect(flags(bench)).toBe(0x1000);
    bench.otg.drive('frames');
    expect(flags(bench)).toBe(0x3000);
    expect(bench.read(OFFSET.DSTS) & 6).toBe(6);
  });

  test('a reset deactivates all endpoints but endpoint 0', () => {
    const { attach, otg, write } = makeOtg();
    attach();
    write(OFFSET.DIEPCTL + 0x20, (1 << 15) | 8);
    expect(otg.in(0, 1)).toBe('nak');
    otg.drive('reset');
    otg.drive('frames');
    expect(otg.in(0, 1)).toBe('silent');
    expect(otg.in(0, 0)).toBe('nak');
  });

  test('idleness raises ESUSP after 3 ms and USBSUSP 3 ms later', () => {
    const bench = makeOtg();
    bench.attach();
    bench.write(OFFSET.GINTSTS, 0xffff_ffff);
    bench.otg.drive('idle');
    bench.pass(2_990);
    expect(flags(bench)).toBe(0);
    bench.pass(20);
    expect(flags(bench)).toBe(0x400);
    bench.pass(2_980);
    expect(bench.read(OFFSET.DSTS) & SUSPENDED).toBe(0);
    bench.pass(20);
    expect(flags(bench)).toBe(0xc00);
    expect(bench.read(OFFSET.DSTS) & SUSPENDED).toBe(SUSPENDED);
  });

  test('a resume ends the suspension with WKUPINT and the event of EXTI line 18', () => {
    const bench = makeOtg();
    bench.attach('idle');
    bench.pass(7_000);
    bench.write(OFFSET.GINTSTS, 0xffff_ffff);
    bench.otg.drive('resume');
    expect(flags(bench)).toBe(WKUPINT);
    expect(bench.read(OFFSET.DSTS) & SUSPENDED).toBe(0);
    expect(bench.seen.wakeups).toBe(1);
  });

  test('a suspended device asks the host to resume by RWUSIG', () => {
    const { attach, write, pass, seen } = makeOtg();
    attach('idle');
    write(OFFSET.DCTL, 1);
    expect(seen.remoteWakeups).toBe(0);
    write(OFFSET.DCTL, 0);
    pass(7_000);
    write(OFFSET.DCTL, 1);
    expect(seen.remoteWakeups).toBe(1);
  });

  test('each frame raises SOF and is numbered, whether or not the host tells of it', () => {
    const bench = makeOtg();
    bench.attach();
    bench.write(OFFSET.GINTSTS, 0xffff_ffff);
    expect(flags(bench)).toBe(0);
    bench.host.frame = 0x803;
    expect(flags(bench)).toBe(8);
    expect((bench.read(OFFSET.DSTS) >>> 8) & 0x3fff).toBe(3);
    bench.write(OFFSET.GINTSTS, 8);
    expect(flags(bench)).toBe(0);
  });

  test('frames are wanted one by one only while their interrupt is let through', () => {
    const { attach, otg, write, host, isRequested, seen } = makeOtg();
    attach();
    write(OFFSET.GAHBCFG, 1);
    expect(otg.wantsFrames).toBe(false);
    const { changes } = seen;
    write(OFFSET.GINTMSK, 8);
    expect(otg.wantsFrames).toBe(true);
    expect(seen.changes).toBe(changes + 1);
    host.frame = 1;
    otg.startOfFrame();
    expect(isRequested()).toBe(true);
    write(OFFSET.GINTSTS, 8);
    expect(isRequested()).toBe(false);
  });
});

describe('addresses of OTG FS (RM0368 §22.17.5)', () => {
  test('the old address is answered until the host uses the new one', () => {
    const { attach, otg, write } = makeOtg();
    attach();
    write(OFFSET.DCFG, 5 << 4);
    expect(otg.in(0, 0)).toBe('nak');
    expect(otg.in(5, 0)).toBe('nak');
    expect(otg.in(0, 0)).toBe('silent');
    expect(otg.setup(6, new Uint8Array(8))).toBe('silent');
  });

  test('without 48 MHz no token is answered', () => {
    const { attach, otg, clocks } = makeOtg();
    attach();
    clocks.setUsbClock(0);
    expect(otg.in(0, 0)).toBe('silent');
    clocks.setUsbClock(47_000_000);
    expect(otg.out(0, 0, packet(1))).toBe('silent');
    clocks.setUsbClock(48_000_000);
    expect(otg.in(0, 0)).toBe('nak');
  });
});

describe('the registers of OTG FS (RM0368 §22.16)', () => {
  test('a soft reset of the core brings the reset values back and empties the FIFOs', () => {
    const { attach, otg, write, read } = makeOtg();
    attach();
    write(OFFSET.GINTMSK, 8);
    otg.setup(0, new Uint8Array(8));
    expect(read(OFFSET.GINTSTS) & 0x10).toBe(0x10);
    write(OFFSET.GRSTCTL, 1);
    expect(read(OFFSET.GRSTCTL)).toBe(0x8000_0000);
    expect(read(OFFSET.GINTSTS) & 0x10).toBe(0);
    expect(read(OFFSET.GINTMSK)).toBe(0);
    expect(otg.isAttached).toBe(false);
  });

  test('a reset of the chip gives the interrupt and the pull-up up', () => {
    const { attach, otg, write, isRequested } = makeOtg();
    attach();
    write(OFFSET.GINTMSK, 0xffff_ffff);
    write(OFFSET.GAHBCFG, 1);
    expect(isRequested()).toBe(true);
    otg.reset();
    expect(isRequested()).toBe(false);
    expect(otg.isAttached).toBe(false);
  });

  test('each access costs its wait states', () => {
    const { time, read, write } = makeOtg({ waitTicks: 3 });
    const start = time.now;
    read(OFFSET.GINTSTS);
    write(OFFSET.GINTMSK, 0);
    expect(time.now - start).toBe(6);
  });
});
