import fc from 'fast-check';
import { expect, it } from 'vitest';
import { play, scripts } from '../kit/register-script.ts';
import { makeRtc } from './rtc-fixture.ts';

const make = () => makeRtc().stage;

scripts('the calendar of the RTC', make)`
  begins at 2000-01-01 00:00:00 with 256 steps a second (RM0368 §17.6):
    PRER is 0x007f00ff; SECOND / 2 + CYCLES us; SSR is 127; calendar is 002101 000000
    SECOND us; calendar is 002101 000001; ISR lacks INITS

  counts on, over a leap day too, from the time that it is set to, at the beginning of a second (RM0368 §17.3.5):
    0.7 * SECOND us; set 0x235958 0x240228|3<<13; calendar is 246228 235958
    SECOND us; calendar is 246228 235959; SECOND us; calendar is 248229 000000; ISR has INITS
    86_400 * SECOND us; calendar is 24a301 000000

  goes from 2099 to 2000:
    set 0x235959 0x99f231; SECOND us; calendar is 002101 000000

  stops two cycles after INIT and never without a clock (RM0368 §17.3.5):
    unlock; ISR |= INIT; ISR lacks INITF; TR = 0x120000; CYCLES us; ISR has INITF; TR is 0
    ISR &= ~INIT; ISR lacks INITF; clock 0; ISR |= INIT; SECOND us; ISR lacks INITF

  keeps the date when only the time is set, and loses the part of a second:
    set 0x120000 0x242310; 1.949 * SECOND us; init; ISR &= ~INIT; 3 * CYCLES us
    SSR above 0x7ff0; calendar is 242310 120001

  shows 12 hours with FMT (RM0368 §17.6.1):
    unlock; init; CR |= FMT; PRER = 0x7fff; TR = 0x115959; ISR &= ~INIT; SECOND + 3 * CYCLES us
    TR is 0x520000; read DR; 3600 * SECOND us; TR is 0x410000

  takes 12 in the morning for midnight with FMT:
    unlock; init; CR |= FMT; TR = 0x123000; ISR &= ~INIT; SECOND us
    TR is 0x123000; read DR; 3600 * SECOND us; TR is 0x013000

  goes an hour forwards or back for summer time, not back before hour 1 (RM0368 §17.6.3):
    set 0x233000 0x242330; CR |= ADD1H; calendar is 244331 003000; CR |= SUB1H; calendar is 244331 003000; CR is 0
    ISR |= INIT; CR |= ADD1H; reset; CYCLES us; TR is 0x003000

  starts again four cycles after initialization mode (RM0368 §17.3.5):
    unlock; CR |= BYPSHAD; init; PRER = 0x7fff; ISR &= ~INIT; 104 / 32_768 * SECOND us; SSR is 0x7fff - 100

  runs faster or slower with the smooth calibration, by half a second in 1,024, which stays after it (RM0368 §17.3.11):
    set 0 0x2101; CALR = 0x1ff; 1024 * SECOND us; calendar is 002101 001703; SSR above 0x3f5c; SSR below 0x40a4
    read DR; CALR = 0; 1024 * SECOND us; calendar is 002101 003407; SSR above 0x3f5c; SSR below 0x40a4

  takes a calibration over after three steps of the asynchronous prescaler, until when RECALPF is set:
    unlock; CALR = 1; ISR has RECALPF; CALR = 2; CALR is 1; 3 * 128 / 32_768 * SECOND + 1 us; ISR lacks RECALPF

  can be made faster by CALP with an asynchronous prescaler of at least 3:
    unlock; init; PRER = 0x007f00ff; ISR &= ~INIT; CALR = 1 << 15; 3 * 1024 * SECOND us; TR is 0x005113

  cannot be made faster by CALP without an asynchronous prescaler:
    unlock; init; PRER = 0x7fff; ISR &= ~INIT; CALR = 1 << 15; 3 * 1024 * SECOND us; TR is 0x005111

  follows the clock that it runs from:
    set 0 0x2101; clock 32000; 1024 * SECOND us; TR is 0x001640
`;

it('the calendar of the RTC tells the same as a calendar of the world does, for any second of the century', () => {
  const bcd = (value: number) => (Math.floor(value / 10) << 4) | (value % 10);
  const registersAt = (date: Date) => {
    const time =
      (bcd(date.getUTCHours()) << 16) | (bcd(date.getUTCMinutes()) << 8) | bcd(date.getUTCSeconds());
    const year = bcd(date.getUTCFullYear() - 2000) << 16;
    const weekday = ((date.getUTCDay() + 6) % 7) + 1;
    const day = year | (weekday << 13) | (bcd(date.getUTCMonth() + 1) << 8) | bcd(date.getUTCDate());
    return { time, day };
  };
  const start = fc.date({ min: new Date('2000-01-01'), max: new Date('2098-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(start, fc.nat(31_000_000), (date, seconds) => {
      const from = registersAt(date);
      const to = registersAt(new Date(Math.floor(date.getTime() / 1000) * 1000 + seconds * 1000));
      play(make(), `set ${from.time} ${from.day}; ${seconds} * SECOND us; TR is ${to.time}; DR is ${to.day}`);
    }),
  );
});

it('the calendar of the RTC is seen every second cycle only through the shadow registers', () => {
  const { rtc, stage } = makeRtc();
  play(stage, 'set 0x120000 0x2101');
  const seen = Array.from({ length: 6 }, () => {
    play(stage, 'SECOND / 32_768 us');
    return rtc.read(0x28);
  });
  expect(new Set(seen.map((ssr, index) => ssr - (seen[index + 1] ?? ssr - 2)))).toEqual(new Set([0, 2]));
});

scripts('the shadow registers', make)`
  hold the time and the date from a read of SSR or TR to one of DR (RM0368 §17.3.6):
    set 0x235959 0x24c605; SSR above 0x7ff0; SECOND us; calendar is 24c605 235959; calendar is 24e606 000000
    TR is 0; SECOND us; DR is 0x24e606; calendar is 24e606 000001

  hold the date from a read of TR, too:
    set 0x235959 0x24c605; TR is 0x235959; SECOND us; DR is 0x24c605

  are copied every two cycles, which sets RSF after software cleared it (RM0368 §17.3.2):
    unlock; CYCLES us; ISR has RSF; ISR &= ~RSF; ISR lacks RSF; CYCLES us; ISR has RSF

  never get RSF while the RTC has no clock:
    clock 0; resetBackup; SECOND us; ISR lacks RSF

  show the time before STOP until they are copied again (RM0368 §17.3.6):
    set 0x120000 0x2101; stop; 10 * SECOND us; start; ISR has RSF; calendar is 002101 120000
    ISR &= ~RSF; ISR lacks RSF; CYCLES us; ISR has RSF; calendar is 002101 120010

  are passed by with BYPSHAD (RM0368 §17.3.6):
    set 0x120000 0x2101; CR |= BYPSHAD; ISR lacks RSF; read SSR; SECOND us; TR is 0x120001
`;

scripts('the write protection of the RTC', make)`
  opens with 0xCA and 0x53 and closes with any other key (RM0368 §17.3.5):
    WUTR = 1; WUTR is 0xffff; unlock; WUTR = 2; WUTR is 2; WPR = 0xff; WUTR = 3; WUTR is 2
    WPR = 0x53; WPR = 0xca; WUTR = 4; WUTR is 2; WPR is 0

  keeps initialization mode and RSF to software with the keys:
    CYCLES us; ISR = INIT; ISR has RSF; ISR lacks INIT

  leaves the backup registers and TAFCR open, which DBP protects as all others (RM0368 §5.4.1):
    BKP0R = 0xdeadbeef; BKP19R.high = 0x1234; TAFCR = 1; protect on; BKP0R = 0; unlock; protect off; WUTR = 1
    BKP0R is 0xdeadbeef; BKP19R is 0x12340000; TAFCR is 1; WUTR is 0xffff

  lets the calendar and the prescalers be written in initialization mode only:
    unlock; PRER = 0x7fff; DR = 0x242101; CR |= FMT; PRER is 0x007f00ff; DR is 0x2101; CR is 0
`;

scripts('resets', make)`
  of the chip leave the calendar running and reset its shadow (RM0368 §17.3.7):
    set 0x120000 0x242101; BKP0R = 7; 5 * SECOND us; reset; ISR lacks RSF; calendar is 002101 000000
    CYCLES us; calendar is 242101 120005; BKP0R is 7; PRER is 0x7fff

  of the chip end initialization mode (RM0368 §17.6.4):
    unlock; ISR |= INIT; SECOND us; reset; ISR lacks INIT | INITF; 1.1 * SECOND us; TR is 1

  of the backup domain lose all of it:
    set 0x120000 0x242101; BKP0R = 7; resetBackup; CYCLES us; calendar is 002101 000000
    BKP0R is 0; PRER is 0x007f00ff; CR is 0; WUTR = 1; WUTR is 0xffff
`;
