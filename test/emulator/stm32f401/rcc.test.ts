import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import { type ClockOptions, Rcc } from '@passfob/emulator/stm32f401/rcc';
import { describe, expect, it } from 'vitest';
import { clearBits, makeStillTime, RecordedLines, setBits, store } from './fixture.ts';

const [CR, PLLCFGR, CFGR, CIR] = [0x00, 0x04, 0x08, 0x0c];
const [AHB1RSTR, APB1RSTR, AHB1ENR, APB1ENR, BDCR, CSR, DCKCFGR] = [0x10, 0x20, 0x30, 0x40, 0x70, 0x74, 0x8c];
const [HSION, HSERDY, HSEON, PLLON, PLLRDY] = [1, 1 << 17, 1 << 16, 1 << 24, 1 << 25];

function makeRcc(options: ClockOptions = {}) {
  const { time, pass } = makeStillTime();
  const lines = new RecordedLines();
  const resets: string[] = [];
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
  return { rcc, pass, lines, resets, backup };
}

/** As the firmware of the board starts: 8 MHz crystal / 8 × 336 / 4 = 84 MHz, APB1 at half of it. */
function startAsFirmware({ rcc, pass }: ReturnType<typeof makeRcc>) {
  setBits(rcc, CR, HSEON);
  pass(2500);
  store(rcc, CFGR, 0x1000);
  store(rcc, PLLCFGR, 8 | (336 << 6) | (1 << 16) | (1 << 22) | (7 << 24));
  setBits(rcc, CR, PLLON);
  pass(200);
  setBits(rcc, CFGR, 2);
}

describe('the clocks', () => {
  it('run at the 16 MHz of HSI after a reset (RM0368 §6.2.6)', () => {
    const { rcc } = makeRcc();
    expect(rcc.read(CR) & 0xff).toBe(0x83);
    expect(rcc.read(PLLCFGR)).toBe(0x2400_3010);
    expect(rcc.read(CFGR)).toBe(0);
    expect(rcc).toMatchObject({
      hclk: 16e6,
      pclk1: 16e6,
      pclk2: 16e6,
      timerClock1: 16e6,
      usbClock: 0,
      rtcClock: 0,
    });
  });

  it('reach 84 MHz and 48 MHz for USB in the way that the firmware starts them', () => {
    const made = makeRcc();
    startAsFirmware(made);
    expect((made.rcc.read(CFGR) >>> 2) & 3).toBe(2);
    expect(made.rcc).toMatchObject({
      hclk: 84e6,
      pclk1: 42e6,
      pclk2: 84e6,
      timerClock1: 84e6,
      usbClock: 48e6,
    });
  });

  it('tell by the ready flags when the crystal swings and when the PLL is locked', () => {
    const { rcc, pass } = makeRcc();
    setBits(rcc, CR, HSEON);
    pass(1900);
    expect(rcc.read(CR) & HSERDY).toBe(0);
    pass(200);
    expect(rcc.read(CR) & HSERDY).not.toBe(0);
    setBits(rcc, CR, PLLON);
    pass(90);
    expect(rcc.read(CR) & PLLRDY).toBe(0);
    pass(20);
    expect(rcc.read(CR) & PLLRDY).not.toBe(0);
  });

  it('never see a crystal ready that is not there', () => {
    const { rcc, pass } = makeRcc({ hseHz: 0, lseHz: 0 });
    setBits(rcc, CR, HSEON);
    setBits(rcc, BDCR, 1);
    pass(5e6);
    expect(rcc.read(CR) & HSERDY).toBe(0);
    expect(rcc.read(BDCR)).toBe(1);
  });

  it('switch only once the chosen source is ready (RM0368 §6.2.6)', () => {
    const { rcc, pass } = makeRcc();
    setBits(rcc, CR, HSEON);
    setBits(rcc, CFGR, 1);
    expect(rcc.read(CFGR)).toBe(1);
    expect(rcc.hclk).toBe(16e6);
    pass(2100);
    expect(rcc.read(CFGR)).toBe(5);
    expect(rcc.hclk).toBe(8e6);
  });

  it('keep the source on that the system clock comes from (RM0368 §6.3.1)', () => {
    const made = makeRcc();
    clearBits(made.rcc, CR, HSION);
    expect(made.rcc.read(CR) & HSION).toBe(HSION);
    startAsFirmware(made);
    clearBits(made.rcc, CR, PLLON | HSEON | HSION);
    expect(made.rcc.read(CR) & (PLLON | HSEON | HSION)).toBe(PLLON | HSEON);
    expect(made.rcc.hclk).toBe(84e6);
  });

  it('take a new PLL configuration only while the PLL is off (RM0368 §6.3.2)', () => {
    const made = makeRcc();
    startAsFirmware(made);
    store(made.rcc, PLLCFGR, 0x2400_3010);
    expect(made.rcc.hclk).toBe(84e6);
    clearBits(made.rcc, CFGR, 3);
    clearBits(made.rcc, CR, PLLON);
    store(made.rcc, PLLCFGR, 0x2400_3010);
    expect(made.rcc.read(PLLCFGR)).toBe(0x2400_3010);
  });

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
    'are divided by HPRE %i, PPRE1 %i, PPRE2 %i, TIMPRE %i',
    (hpre, ppre1, ppre2, timpre, hclk, pclk1, pclk2, timer) => {
      const { rcc } = makeRcc();
      store(rcc, DCKCFGR, timpre << 24);
      store(rcc, CFGR, (hpre << 4) | (ppre1 << 10) | (ppre2 << 13));
      expect(rcc).toMatchObject({ hclk, pclk1, pclk2, timerClock1: timer });
    },
  );

  it('tell their listeners of each change and of nothing else', () => {
    const { rcc } = makeRcc();
    const seen: number[] = [];
    rcc.onChange(() => seen.push(rcc.pclk1));
    store(rcc, CFGR, 0x1000);
    store(rcc, CFGR, 0x1000);
    store(rcc, CFGR, 0x1400);
    expect(seen).toEqual([8e6, 4e6]);
  });

  it('stop in STOP apart from that of the RTC, and start again from HSI (RM0368 §5.3.4)', () => {
    const made = makeRcc();
    const { rcc, pass } = made;
    startAsFirmware(made);
    setBits(rcc, CSR, 1);
    store(rcc, BDCR, 0x8200);
    pass(50);
    rcc.enterStop();
    expect(rcc).toMatchObject({ hclk: 0, pclk1: 0, timerClock1: 0, usbClock: 0, rtcClock: 32000 });
    rcc.leaveStop();
    expect(rcc).toMatchObject({ hclk: 16e6, pclk1: 8e6, usbClock: 0, rtcClock: 32000 });
    expect(rcc.read(CR) & (HSEON | PLLON | 3)).toBe(3);
    expect(rcc.read(CFGR) & 15).toBe(0);
  });
});

describe('interrupts of RCC', () => {
  it('are requested when a source that may interrupt gets ready, until the flag is cleared (RM0368 §6.3.4)', () => {
    const { rcc, pass, lines } = makeRcc();
    store(rcc, CIR, 0x800);
    setBits(rcc, CR, HSEON);
    pass(2100);
    expect(rcc.read(CIR)).toBe(0x808);
    expect(lines.requested).toEqual(new Set([IRQ.RCC]));
    store(rcc, CIR, 0x800 | (8 << 16));
    expect(rcc.read(CIR)).toBe(0x800);
    expect(lines.requested.size).toBe(0);
  });
});

describe('the backup domain', () => {
  it('takes no writes while PWR protects it (RM0368 §6.3.20)', () => {
    const { rcc, backup } = makeRcc();
    backup.isWritable = false;
    store(rcc, BDCR, 0x8101);
    expect(rcc.read(BDCR)).toBe(0);
  });

  it('runs the RTC, once RTCEN is set, from LSI at once and from LSE half a second after LSEON', () => {
    const { rcc, pass } = makeRcc();
    setBits(rcc, CSR, 1);
    pass(20);
    expect(rcc.read(CSR) & 3).toBe(3);
    store(rcc, BDCR, 0x0200);
    expect(rcc.rtcClock).toBe(0);
    store(rcc, BDCR, 0x8200);
    expect(rcc.rtcClock).toBe(32000);
    store(rcc, BDCR, 1 << 16);
    store(rcc, BDCR, 0x8101);
    pass(499_000);
    expect(rcc.rtcClock).toBe(0);
    pass(2000);
    expect(rcc.read(BDCR)).toBe(0x8103);
    expect(rcc.rtcClock).toBe(32768);
  });

  it('keeps its source for the RTC until it is reset (RM0368 §6.3.20, RTCSEL)', () => {
    const { rcc, backup } = makeRcc();
    store(rcc, BDCR, 0x8200);
    store(rcc, BDCR, 0x8100);
    expect(rcc.read(BDCR)).toBe(0x8200);
    store(rcc, BDCR, 0x1_8200);
    store(rcc, BDCR, 0x1_8200);
    expect(rcc.read(BDCR)).toBe(0x1_0000);
    expect(backup.resets).toBe(1);
    store(rcc, BDCR, 0);
    store(rcc, BDCR, 0x8100);
    expect(rcc.read(BDCR)).toBe(0x8100);
  });

  it('outlives a reset of the system, unlike LSI, and ends with the power (RM0368 §6.1)', () => {
    const { rcc, pass } = makeRcc();
    setBits(rcc, CSR, 1);
    store(rcc, BDCR, 0x8101);
    pass(6e5);
    rcc.reset('software');
    expect(rcc.read(BDCR)).toBe(0x8103);
    expect(rcc.read(CSR) & 3).toBe(0);
    expect(rcc.rtcClock).toBe(32768);
    rcc.powerOn();
    expect(rcc.read(BDCR)).toBe(0);
  });
});

describe('resets', () => {
  it('leave a flag for their cause beside that of the reset pin, until RMVF (RM0368 §6.3.21)', () => {
    const { rcc } = makeRcc();
    expect(rcc.read(CSR)).toBe(0x0e00_0000);
    setBits(rcc, CSR, 1 << 24);
    expect(rcc.read(CSR)).toBe(0);
    rcc.reset('independent-watchdog');
    expect(rcc.read(CSR)).toBe(0x2400_0000);
    rcc.reset('software');
    expect(rcc.read(CSR)).toBe(0x3400_0000);
  });

  it('return the clocks to HSI', () => {
    const made = makeRcc();
    startAsFirmware(made);
    made.rcc.reset('software');
    expect(made.rcc.hclk).toBe(16e6);
    expect(made.rcc.read(CR) & (HSERDY | PLLRDY)).toBe(0);
  });

  it('reach a peripheral once when its bit rises (RM0368 §6.3.5)', () => {
    const { rcc, resets } = makeRcc();
    store(rcc, AHB1RSTR, 0b101);
    store(rcc, AHB1RSTR, 0b101);
    store(rcc, AHB1RSTR, 0);
    setBits(rcc, APB1RSTR, 1 << 21);
    expect(resets).toEqual(['GPIOA', 'GPIOC', 'I2C1']);
  });

  it('leave all peripherals without a clock until software turns it on (RM0368 §6.3.9)', () => {
    const { rcc } = makeRcc();
    expect(rcc.isEnabled('GPIOH')).toBe(false);
    store(rcc, AHB1ENR, 1 << 7);
    setBits(rcc, APB1ENR, 1 << 28);
    expect(rcc.isEnabled('GPIOH')).toBe(true);
    expect(rcc.isEnabled('PWR')).toBe(true);
    expect(rcc.isEnabled('OTG_FS')).toBe(false);
  });

  it('end the hold of the independent watchdog on LSI (RM0368 §6.2.5)', () => {
    const { rcc, pass } = makeRcc();
    rcc.forceLsi();
    pass(20);
    clearBits(rcc, CSR, 1);
    expect(rcc.read(CSR) & 2).toBe(2);
    rcc.reset('independent-watchdog');
    expect(rcc.read(CSR) & 2).toBe(0);
  });
});
