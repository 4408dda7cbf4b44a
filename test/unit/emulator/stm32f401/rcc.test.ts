import { type ClockOptions, Rcc } from '@passfob/emulator/stm32f401/rcc';
import type { ClockedPeripheral, ResetCause } from '@passfob/emulator/stm32f401/rcc-registers';
import { expect, it } from 'vitest';
import { makeStillTime, RecordedLines } from '../kit/fixture.ts';
import { irqOf, play, registersOf, type Stage, scripts } from '../kit/register-script.ts';

const OFFSETS = {
  ...{ CR: 0x00, PLLCFGR: 0x04, CFGR: 0x08, CIR: 0x0c, AHB1RSTR: 0x10, APB1RSTR: 0x20 },
  ...{ AHB1ENR: 0x30, APB1ENR: 0x40, BDCR: 0x70, CSR: 0x74, DCKCFGR: 0x8c },
};
const NAMES = {
  ...{ HSION: 1, HSERDY: 1 << 17, HSEON: 1 << 16, PLLON: 1 << 24, PLLRDY: 1 << 25 },
  ...{ LSEON: 1, LSERDY: 2, LSION: 1, LSIRDY: 2, RTCEN: 0x8000, LSE: 0x100, LSI: 0x200, BDRST: 0x1_0000 },
};

/** As the firmware of the board starts: 8 MHz crystal / 8 × 336 / 4 = 84 MHz, APB1 at half of it. */
const START = `
  CR |= HSEON; 2500 us; CFGR = 0x1000; PLLCFGR = 8 | 336 << 6 | 1 << 16 | 1 << 22 | 7 << 24
  CR |= PLLON; 200 us; CFGR |= 2`;

function makeRcc(options: ClockOptions = {}) {
  const { time, pass } = makeStillTime();
  const lines = new RecordedLines();
  const resets: string[] = [];
  const changes: number[] = [];
  const backup = { isWritable: true, resets: 0 };
  const rcc = new Rcc({
    ...options,
    time,
    lines,
    backupIsWritable: () => backup.isWritable,
    resetBackup: () => {
      backup.resets += 1;
    },
    resetPeripheral: name => resets.push(name),
  });
  rcc.onChange(() => changes.push(rcc.pclk1));
  const stage: Stage = {
    registers: registersOf(rcc, OFFSETS),
    names: NAMES,
    pass,
    shows: {
      hclk: () => rcc.hclk,
      pclk1: () => rcc.pclk1,
      pclk2: () => rcc.pclk2,
      timer: () => rcc.timerClock1,
      usb: () => rcc.usbClock,
      rtc: () => rcc.rtcClock,
      irq: irqOf(lines),
      resets: () => resets.join(' '),
      backupResets: () => backup.resets,
      changes: () => changes.join(' '),
      enabled: name => rcc.isEnabled(name as ClockedPeripheral),
    },
    acts: {
      start: () => play(stage, START),
      stop: () => rcc.enterStop(),
      wake: () => rcc.leaveStop(),
      reset: cause => rcc.reset(cause as ResetCause),
      powerOn: () => rcc.powerOn(),
      forceLsi: () => rcc.forceLsi(),
      protect: () => {
        backup.isWritable = false;
      },
    },
  };
  return { rcc, stage };
}

const make = () => makeRcc().stage;

it.each([
  // HPRE, PPRE1, PPRE2, TIMPRE → hclk, pclk1, pclk2, timers of APB1 (RM0368 §6.3.3, §6.3.24)
  [0b0000, 0b000, 0b000, 0, 16e6, 16e6, 16e6, 16e6],
  [0b1000, 0b100, 0b101, 0, 8e6, 4e6, 2e6, 8e6],
  [0b1011, 0b111, 0b011, 0, 1e6, 62500, 1e6, 125000],
  [0b1100, 0b000, 0b000, 0, 250e3, 250e3, 250e3, 250e3],
  [0b1111, 0b000, 0b000, 0, 31250, 31250, 31250, 31250],
  [0b0000, 0b101, 0b000, 1, 16e6, 4e6, 16e6, 16e6],
  [0b0000, 0b110, 0b000, 1, 16e6, 2e6, 16e6, 8e6],
])(
  'clocks are divided by HPRE %i, PPRE1 %i, PPRE2 %i, TIMPRE %i',
  (hpre, ppre1, ppre2, timpre, hclk, pclk1, pclk2, timer) => {
    const { rcc, stage } = makeRcc();
    play(stage, `DCKCFGR = ${timpre} << 24; CFGR = ${hpre} << 4 | ${ppre1} << 10 | ${ppre2} << 13`);
    expect(rcc).toMatchObject({ hclk, pclk1, pclk2, timerClock1: timer });
  },
);

it('clocks never see a crystal ready that is not there', () =>
  play(
    makeRcc({ hseHz: 0, lseHz: 0 }).stage,
    'CR |= HSEON; BDCR |= LSEON; 5e6 us; CR lacks HSERDY; BDCR is LSEON',
  ));

scripts('the clocks', make)`
  run at the 16 MHz of HSI after a reset (RM0368 §6.2.6):
    CR has 0x83; CR lacks 0x7c; PLLCFGR is 0x24003010; CFGR is 0
    hclk is 16e6; pclk1 is 16e6; pclk2 is 16e6; timer is 16e6; usb is 0; rtc is 0

  reach 84 MHz and 48 MHz for USB in the way that the firmware starts them:
    start; CFGR has 8; CFGR lacks 4; hclk is 84e6; pclk1 is 42e6; pclk2 is 84e6; timer is 84e6; usb is 48e6

  tell by the ready flags when the crystal swings and when the PLL is locked:
    CR |= HSEON; 1900 us; CR lacks HSERDY; 200 us; CR has HSERDY
    CR |= PLLON; 90 us; CR lacks PLLRDY; 20 us; CR has PLLRDY

  switch only once the chosen source is ready (RM0368 §6.2.6):
    CR |= HSEON; CFGR |= 1; CFGR is 1; hclk is 16e6; 2100 us; CFGR is 5; hclk is 8e6

  keep the source on that the system clock comes from (RM0368 §6.3.1):
    CR &= ~HSION; CR has HSION; start; CR &= ~(PLLON | HSEON | HSION)
    CR has PLLON | HSEON; CR lacks HSION; hclk is 84e6

  take a new PLL configuration only while the PLL is off (RM0368 §6.3.2):
    start; PLLCFGR = 0x24003010; hclk is 84e6
    CFGR &= ~3; CR &= ~PLLON; PLLCFGR = 0x24003010; PLLCFGR is 0x24003010

  tell their listeners of each change and of nothing else:
    CFGR = 0x1000; CFGR = 0x1000; CFGR = 0x1400; changes is 8000000 4000000

  stop in STOP apart from that of the RTC, and start again from HSI (RM0368 §5.3.4):
    start; CSR |= LSION; BDCR = RTCEN | LSI; 50 us
    stop; hclk is 0; pclk1 is 0; timer is 0; usb is 0; rtc is 32000
    wake; hclk is 16e6; pclk1 is 8e6; usb is 0; rtc is 32000; CR has 3; CR lacks HSEON | PLLON; CFGR lacks 15

  request an interrupt when a source that may interrupt gets ready, until the flag is cleared (RM0368 §6.3.4):
    CIR = 0x800; CR |= HSEON; 2100 us; CIR is 0x808; irq is RCC; CIR = 0x800 | 8 << 16; CIR is 0x800; irq is nothing
`;

scripts('the backup domain', make)`
  takes no writes while PWR protects it (RM0368 §6.3.20):
    protect; BDCR = RTCEN | LSE | LSEON; BDCR is 0

  runs the RTC, once RTCEN is set, from LSI at once and from LSE half a second after LSEON:
    CSR |= LSION; 20 us; CSR has LSION | LSIRDY; BDCR = LSI; rtc is 0; BDCR = RTCEN | LSI; rtc is 32000
    BDCR = BDRST; BDCR = RTCEN | LSE | LSEON; 499_000 us; rtc is 0
    2000 us; BDCR is RTCEN | LSE | LSEON | LSERDY; rtc is 32768

  keeps its source for the RTC until it is reset (RM0368 §6.3.20, RTCSEL):
    BDCR = RTCEN | LSI; BDCR = RTCEN | LSE; BDCR is RTCEN | LSI
    BDCR = BDRST | RTCEN | LSI; BDCR = BDRST | RTCEN | LSI; BDCR is BDRST; backupResets is 1
    BDCR = 0; BDCR = RTCEN | LSE; BDCR is RTCEN | LSE

  outlives a reset of the system, unlike LSI, and ends with the power (RM0368 §6.1):
    CSR |= LSION; BDCR = RTCEN | LSE | LSEON; 6e5 us; reset software
    BDCR is RTCEN | LSE | LSEON | LSERDY; CSR lacks LSION | LSIRDY; rtc is 32768; powerOn; BDCR is 0
`;

scripts('resets', make)`
  leave a flag for their cause beside that of the reset pin, until RMVF (RM0368 §6.3.21):
    CSR is 0x0e000000; CSR |= 1 << 24; CSR is 0
    reset independent-watchdog; CSR is 0x24000000; reset software; CSR is 0x34000000

  return the clocks to HSI:
    start; reset software; hclk is 16e6; CR lacks HSERDY | PLLRDY

  reach a peripheral once when its bit rises (RM0368 §6.3.5):
    AHB1RSTR = 5; AHB1RSTR = 5; AHB1RSTR = 0; APB1RSTR |= 1 << 21; resets is GPIOA GPIOC I2C1

  leave all peripherals without a clock until software turns it on (RM0368 §6.3.9):
    enabled GPIOH is false; AHB1ENR = 1 << 7; APB1ENR |= 1 << 28
    enabled GPIOH is true; enabled PWR is true; enabled OTG_FS is false

  end the hold of the independent watchdog on LSI (RM0368 §6.2.5):
    forceLsi; 20 us; CSR &= ~LSION; CSR has LSIRDY; reset independent-watchdog; CSR lacks LSIRDY
`;
