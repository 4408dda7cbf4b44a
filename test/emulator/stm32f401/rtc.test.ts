import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearBits, setBits, store, storeHalf } from './fixture.ts';
import {
  INIT,
  INITF,
  makeRtc,
  RSF,
  RTC,
  readCalendar,
  setCalendar,
  TWO_CYCLES_US,
  unlock,
} from './rtc-fixture.ts';

const [BYPSHAD, FMT, ADD1H, SUB1H] = [1 << 5, 1 << 6, 1 << 16, 1 << 17];
const [INITS, RECALPF] = [1 << 4, 1 << 16];
const SECOND = 1e6;

describe('the calendar of the RTC', () => {
  it('begins at 2000-01-01 00:00:00 with 256 steps a second (RM0368 §17.6)', () => {
    const { rtc, pass } = makeRtc();
    expect(rtc.read(RTC.PRER)).toBe(0x007f_00ff);
    pass(SECOND / 2 + TWO_CYCLES_US);
    expect(rtc.read(RTC.SSR)).toBe(127);
    expect(readCalendar(rtc)).toBe('002101 000000');
    pass(SECOND);
    expect(readCalendar(rtc)).toBe('002101 000001');
    expect(rtc.read(RTC.ISR) & INITS).toBe(0);
  });

  it('counts on from the time that it is set to, at the beginning of a second (RM0368 §17.3.5)', () => {
    const made = makeRtc();
    made.pass(0.7 * SECOND);
    setCalendar(made, 0x235958, 0x24_0228 | (3 << 13));
    expect(readCalendar(made.rtc)).toBe('246228 235958');
    made.pass(SECOND);
    expect(readCalendar(made.rtc)).toBe('246228 235959');
    made.pass(SECOND);
    // 2024 is a leap year; the day of the week goes on by itself.
    expect(readCalendar(made.rtc)).toBe('248229 000000');
    expect(made.rtc.read(RTC.ISR) & INITS).toBe(INITS);
    made.pass(86_400 * SECOND);
    expect(readCalendar(made.rtc)).toBe('24a301 000000');
  });

  it('goes from 2099 to 2000', () => {
    const made = makeRtc();
    setCalendar(made, 0x235959, 0x99_f231);
    made.pass(SECOND);
    expect(readCalendar(made.rtc)).toBe('002101 000000');
  });

  it('tells the same as a calendar of the world does, for any second of the century', () => {
    const bcd = (value: number) => (Math.floor(value / 10) << 4) | (value % 10);
    const registersOf = (date: Date) => {
      const time =
        (bcd(date.getUTCHours()) << 16) | (bcd(date.getUTCMinutes()) << 8) | bcd(date.getUTCSeconds());
      const year = bcd(date.getUTCFullYear() - 2000) << 16;
      const weekday = ((date.getUTCDay() + 6) % 7) + 1;
      return [
        time,
        year | (weekday << 13) | (bcd(date.getUTCMonth() + 1) << 8) | bcd(date.getUTCDate()),
      ] as const;
    };
    const start = fc.date({ min: new Date('2000-01-01'), max: new Date('2098-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(start, fc.nat(31_000_000), (date, seconds) => {
        const made = makeRtc();
        setCalendar(made, ...registersOf(date));
        made.pass(seconds * SECOND);
        const [time, day] = registersOf(new Date(Math.floor(date.getTime() / 1000) * 1000 + seconds * 1000));
        expect([made.rtc.read(RTC.TR), made.rtc.read(RTC.DR)]).toEqual([time, day]);
      }),
    );
  });

  it('stops two cycles after INIT and never without a clock (RM0368 §17.3.5)', () => {
    const { rtc, pass, change } = makeRtc();
    unlock(rtc);
    setBits(rtc, RTC.ISR, INIT);
    expect(rtc.read(RTC.ISR) & INITF).toBe(0);
    store(rtc, RTC.TR, 0x120000);
    pass(TWO_CYCLES_US);
    expect(rtc.read(RTC.ISR) & INITF).toBe(INITF);
    expect(rtc.read(RTC.TR)).toBe(0);
    clearBits(rtc, RTC.ISR, INIT);
    expect(rtc.read(RTC.ISR) & INITF).toBe(0);
    change({ rtcClock: 0 });
    setBits(rtc, RTC.ISR, INIT);
    pass(SECOND);
    expect(rtc.read(RTC.ISR) & INITF).toBe(0);
  });

  it('keeps the date when only the time is set, and loses the part of a second', () => {
    const made = makeRtc();
    const { rtc, pass } = made;
    setCalendar(made, 0x120000, 0x24_2310);
    pass(1.949 * SECOND);
    setBits(rtc, RTC.ISR, INIT);
    pass(TWO_CYCLES_US);
    clearBits(rtc, RTC.ISR, INIT);
    pass(3 * TWO_CYCLES_US);
    expect(rtc.read(RTC.SSR)).toBeGreaterThan(0x7ff0);
    expect(readCalendar(rtc)).toBe('242310 120001');
  });

  it('shows 12 hours with FMT (RM0368 §17.6.1)', () => {
    const made = makeRtc();
    const { rtc, pass } = made;
    unlock(rtc);
    setBits(rtc, RTC.ISR, INIT);
    pass(TWO_CYCLES_US);
    setBits(rtc, RTC.CR, FMT);
    store(rtc, RTC.PRER, 0x7fff);
    store(rtc, RTC.TR, 0x115959);
    clearBits(rtc, RTC.ISR, INIT);
    pass(SECOND + 3 * TWO_CYCLES_US);
    expect(rtc.read(RTC.TR)).toBe(0x520000);
    rtc.read(RTC.DR);
    pass(3600 * SECOND);
    expect(rtc.read(RTC.TR)).toBe(0x410000);
  });

  it('takes 12 in the morning for midnight with FMT', () => {
    const { rtc, pass } = makeRtc();
    unlock(rtc);
    setBits(rtc, RTC.ISR, INIT);
    pass(TWO_CYCLES_US);
    setBits(rtc, RTC.CR, FMT);
    store(rtc, RTC.TR, 0x123000);
    clearBits(rtc, RTC.ISR, INIT);
    pass(SECOND);
    expect(rtc.read(RTC.TR)).toBe(0x123000);
    rtc.read(RTC.DR);
    pass(3600 * SECOND);
    expect(rtc.read(RTC.TR)).toBe(0x013000);
  });

  it('goes an hour forwards or back for summer time, not back before hour 1 (RM0368 §17.6.3)', () => {
    const made = makeRtc();
    setCalendar(made, 0x233000, 0x24_2330);
    setBits(made.rtc, RTC.CR, ADD1H);
    expect(readCalendar(made.rtc)).toBe('244331 003000');
    setBits(made.rtc, RTC.CR, SUB1H);
    expect(readCalendar(made.rtc)).toBe('244331 003000');
    expect(made.rtc.read(RTC.CR)).toBe(0);
    setBits(made.rtc, RTC.ISR, INIT);
    setBits(made.rtc, RTC.CR, ADD1H);
    made.rtc.reset();
    made.pass(TWO_CYCLES_US);
    expect(made.rtc.read(RTC.TR)).toBe(0x003000);
  });

  it('starts again four cycles after initialization mode (RM0368 §17.3.5)', () => {
    const { rtc, pass } = makeRtc();
    unlock(rtc);
    setBits(rtc, RTC.CR, BYPSHAD);
    setBits(rtc, RTC.ISR, INIT);
    pass(TWO_CYCLES_US);
    store(rtc, RTC.PRER, 0x7fff);
    clearBits(rtc, RTC.ISR, INIT);
    pass((104 / 32_768) * SECOND);
    expect(0x7fff - rtc.read(RTC.SSR)).toBe(100);
  });

  it('runs faster or slower with the smooth calibration (RM0368 §17.3.11)', () => {
    const made = makeRtc();
    setCalendar(made, 0, 0x2101);
    // 487.1 parts of a million fewer cycles: half a second in 1,024.
    store(made.rtc, RTC.CALR, 0x1ff);
    made.pass(1024 * SECOND);
    expect(readCalendar(made.rtc)).toBe('002101 001703');
    expect(made.rtc.read(RTC.SSR) / 0x8000).toBeCloseTo(0.5, 2);
    made.rtc.read(RTC.DR);
    // What was taken out stays so when the calibration ends.
    store(made.rtc, RTC.CALR, 0);
    made.pass(1024 * SECOND);
    expect(readCalendar(made.rtc)).toBe('002101 003407');
    expect(made.rtc.read(RTC.SSR) / 0x8000).toBeCloseTo(0.5, 2);
  });

  it('takes a calibration over after three steps of the asynchronous prescaler: RECALPF', () => {
    const { rtc, pass } = makeRtc();
    unlock(rtc);
    store(rtc, RTC.CALR, 1);
    expect(rtc.read(RTC.ISR) & RECALPF).toBe(RECALPF);
    store(rtc, RTC.CALR, 2);
    expect(rtc.read(RTC.CALR)).toBe(1);
    pass((3 * 128 * SECOND) / 32_768 + 1);
    expect(rtc.read(RTC.ISR) & RECALPF).toBe(0);
  });

  it('can be made faster by CALP only with an asynchronous prescaler of at least 3', () => {
    const seconds = [0x007f_00ff, 0x7fff].map(prer => {
      const { rtc, pass } = makeRtc();
      unlock(rtc);
      setBits(rtc, RTC.ISR, INIT);
      pass(TWO_CYCLES_US);
      store(rtc, RTC.PRER, prer);
      clearBits(rtc, RTC.ISR, INIT);
      store(rtc, RTC.CALR, 1 << 15);
      pass(3 * 1024 * SECOND);
      return rtc.read(RTC.TR);
    });
    expect(seconds).toEqual([0x005113, 0x005111]);
  });

  it('follows the clock that it runs from', () => {
    const made = makeRtc();
    setCalendar(made, 0, 0x2101);
    made.change({ rtcClock: 32_000 });
    made.pass(1024 * SECOND);
    expect(made.rtc.read(RTC.TR)).toBe(0x001640);
  });
});

describe('the shadow registers', () => {
  it('hold the time and the date from a read of SSR or TR to one of DR (RM0368 §17.3.6)', () => {
    const made = makeRtc();
    const { rtc, pass } = made;
    setCalendar(made, 0x235959, 0x24_c605);
    const ssr = rtc.read(RTC.SSR);
    pass(SECOND);
    expect(ssr).toBeGreaterThan(0x7ff0);
    expect(readCalendar(rtc)).toBe('24c605 235959');
    expect(readCalendar(rtc)).toBe('24e606 000000');
    expect(rtc.read(RTC.TR)).toBe(0x000000);
    pass(SECOND);
    expect(rtc.read(RTC.DR)).toBe(0x24_e606);
    expect(readCalendar(rtc)).toBe('24e606 000001');
  });

  it('hold the date from a read of TR, too', () => {
    const made = makeRtc();
    setCalendar(made, 0x235959, 0x24_c605);
    expect(made.rtc.read(RTC.TR)).toBe(0x235959);
    made.pass(SECOND);
    expect(made.rtc.read(RTC.DR)).toBe(0x24_c605);
  });

  it('show every second cycle only', () => {
    const made = makeRtc();
    setCalendar(made, 0x120000, 0x2101);
    const seen = Array.from({ length: 6 }, () => {
      made.pass(SECOND / 32_768);
      return made.rtc.read(RTC.SSR);
    });
    expect(new Set(seen.map((ssr, index) => ssr - (seen[index + 1] ?? ssr - 2)))).toEqual(new Set([0, 2]));
  });

  it('are copied every two cycles, which sets RSF after software cleared it (RM0368 §17.3.2)', () => {
    const { rtc, pass } = makeRtc();
    unlock(rtc);
    pass(TWO_CYCLES_US);
    expect(rtc.read(RTC.ISR) & RSF).toBe(RSF);
    clearBits(rtc, RTC.ISR, RSF);
    expect(rtc.read(RTC.ISR) & RSF).toBe(0);
    pass(TWO_CYCLES_US);
    expect(rtc.read(RTC.ISR) & RSF).toBe(RSF);
  });

  it('never get RSF while the RTC has no clock', () => {
    const { rtc, pass, change } = makeRtc();
    change({ rtcClock: 0 });
    rtc.resetBackupDomain();
    pass(SECOND);
    expect(rtc.read(RTC.ISR) & RSF).toBe(0);
  });

  it('show the time before STOP until they are copied again (RM0368 §17.3.6)', () => {
    const made = makeRtc();
    const { rtc, pass } = made;
    setCalendar(made, 0x120000, 0x2101);
    made.stop();
    pass(10 * SECOND);
    made.start();
    expect(rtc.read(RTC.ISR) & RSF).toBe(RSF);
    expect(readCalendar(rtc)).toBe('002101 120000');
    clearBits(rtc, RTC.ISR, RSF);
    expect(rtc.read(RTC.ISR) & RSF).toBe(0);
    pass(TWO_CYCLES_US);
    expect(rtc.read(RTC.ISR) & RSF).toBe(RSF);
    expect(readCalendar(rtc)).toBe('002101 120010');
  });

  it('are passed by with BYPSHAD (RM0368 §17.3.6)', () => {
    const made = makeRtc();
    setCalendar(made, 0x120000, 0x2101);
    setBits(made.rtc, RTC.CR, BYPSHAD);
    expect(made.rtc.read(RTC.ISR) & RSF).toBe(0);
    made.rtc.read(RTC.SSR);
    made.pass(SECOND);
    expect(made.rtc.read(RTC.TR)).toBe(0x120001);
  });
});

describe('the write protection of the RTC', () => {
  it('opens with 0xCA and 0x53 and closes with any other key (RM0368 §17.3.5)', () => {
    const { rtc } = makeRtc();
    store(rtc, RTC.WUTR, 1);
    expect(rtc.read(RTC.WUTR)).toBe(0xffff);
    unlock(rtc);
    store(rtc, RTC.WUTR, 2);
    expect(rtc.read(RTC.WUTR)).toBe(2);
    store(rtc, RTC.WPR, 0xff);
    store(rtc, RTC.WUTR, 3);
    expect(rtc.read(RTC.WUTR)).toBe(2);
    store(rtc, RTC.WPR, 0x53);
    store(rtc, RTC.WPR, 0xca);
    store(rtc, RTC.WUTR, 4);
    expect(rtc.read(RTC.WUTR)).toBe(2);
    expect(rtc.read(RTC.WPR)).toBe(0);
  });

  it('keeps initialization mode and RSF to software with the keys', () => {
    const { rtc, pass } = makeRtc();
    pass(TWO_CYCLES_US);
    store(rtc, RTC.ISR, INIT);
    expect(rtc.read(RTC.ISR) & (INIT | RSF)).toBe(RSF);
  });

  it('leaves the backup registers and TAFCR open, which DBP protects as all others (RM0368 §5.4.1)', () => {
    const { rtc, backup } = makeRtc();
    store(rtc, RTC.BKP0R, 0xdead_beef);
    storeHalf(rtc, RTC.BKP19R + 2, 0x1234);
    store(rtc, RTC.TAFCR, 1);
    backup.isWritable = false;
    store(rtc, RTC.BKP0R, 0);
    unlock(rtc);
    backup.isWritable = true;
    store(rtc, RTC.WUTR, 1);
    expect([RTC.BKP0R, RTC.BKP19R, RTC.TAFCR, RTC.WUTR].map(register => rtc.read(register))).toEqual([
      0xdead_beef, 0x1234_0000, 1, 0xffff,
    ]);
  });

  it('lets the calendar and the prescalers be written in initialization mode only', () => {
    const { rtc } = makeRtc();
    unlock(rtc);
    store(rtc, RTC.PRER, 0x7fff);
    store(rtc, RTC.DR, 0x24_2101);
    setBits(rtc, RTC.CR, FMT);
    expect([rtc.read(RTC.PRER), rtc.read(RTC.DR), rtc.read(RTC.CR)]).toEqual([0x007f_00ff, 0x2101, 0]);
  });
});

describe('resets', () => {
  it('of the chip leave the calendar running and reset its shadow (RM0368 §17.3.7)', () => {
    const made = makeRtc();
    const { rtc, pass } = made;
    setCalendar(made, 0x120000, 0x24_2101);
    store(rtc, RTC.BKP0R, 7);
    pass(5 * SECOND);
    rtc.reset();
    expect(rtc.read(RTC.ISR) & RSF).toBe(0);
    expect(readCalendar(rtc)).toBe('002101 000000');
    pass(TWO_CYCLES_US);
    expect(readCalendar(rtc)).toBe('242101 120005');
    expect(rtc.read(RTC.BKP0R)).toBe(7);
    expect(rtc.read(RTC.PRER)).toBe(0x7fff);
  });

  it('of the chip end initialization mode (RM0368 §17.6.4)', () => {
    const { rtc, pass } = makeRtc();
    unlock(rtc);
    setBits(rtc, RTC.ISR, INIT);
    pass(SECOND);
    rtc.reset();
    expect(rtc.read(RTC.ISR) & (INIT | INITF)).toBe(0);
    pass(1.1 * SECOND);
    expect(rtc.read(RTC.TR)).toBe(1);
  });

  it('of the backup domain lose all of it', () => {
    const made = makeRtc();
    const { rtc, pass } = made;
    setCalendar(made, 0x120000, 0x24_2101);
    store(rtc, RTC.BKP0R, 7);
    rtc.resetBackupDomain();
    pass(TWO_CYCLES_US);
    expect(readCalendar(rtc)).toBe('002101 000000');
    expect([rtc.read(RTC.BKP0R), rtc.read(RTC.PRER), rtc.read(RTC.CR)]).toEqual([0, 0x007f_00ff, 0]);
    store(rtc, RTC.WUTR, 1);
    expect(rtc.read(RTC.WUTR)).toBe(0xffff);
  });
});
