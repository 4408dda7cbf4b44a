import { Pwr } from '@passfob/emulator/stm32f401/pwr';
import { describe, expect, it } from 'vitest';
import { setBits, store } from './fixture.ts';

const [CR, CSR] = [0x00, 0x04];
const VOSRDY = 1 << 14;

describe('power control', () => {
  it('protects the backup domain until DBP is set, and again after a reset (RM0368 §5.4.1)', () => {
    const pwr = new Pwr();
    expect(pwr.read(CR)).toBe(0x8000);
    expect(pwr.backupIsWritable).toBe(false);
    setBits(pwr, CR, 1 << 8);
    expect(pwr.backupIsWritable).toBe(true);
    pwr.reset();
    expect(pwr.backupIsWritable).toBe(false);
  });

  it('takes deep sleep for STOP, or for standby with PDDS (RM0368 §5.3.4)', () => {
    const pwr = new Pwr();
    expect(pwr.stops).toBe(true);
    setBits(pwr, CR, 2);
    expect([pwr.stops, pwr.standsBy]).toEqual([false, true]);
  });

  it('needs longer to wake with the regulator in low power, and with the flash down (data sheet, table 30)', () => {
    const pwr = new Pwr();
    const main = pwr.wakeUpUs;
    setBits(pwr, CR, 1);
    const lowPower = pwr.wakeUpUs;
    setBits(pwr, CR, 1 << 9);
    expect(main).toBeLessThan(lowPower);
    expect(pwr.wakeUpUs).toBeCloseTo(113);
  });

  it('has its regulators ready when software waits for them', () => {
    const pwr = new Pwr();
    expect(pwr.read(CSR)).toBe(VOSRDY);
    setBits(pwr, CSR, 1 << 9);
    expect(pwr.read(CSR)).toBe(VOSRDY | (1 << 9) | 8);
  });

  it('notes standby and the wake-up pin until CSBF and CWUF, across resets (RM0368 §5.4.2)', () => {
    const pwr = new Pwr();
    expect(pwr.wakePin(true)).toBe(false);
    pwr.wakePin(false);
    setBits(pwr, CSR, 1 << 8);
    pwr.enterStandby();
    expect(pwr.wakePin(true)).toBe(true);
    expect(pwr.wakePin(true)).toBe(false);
    pwr.reset();
    expect(pwr.read(CSR)).toBe(VOSRDY | 3);
    store(pwr, CR, 4);
    expect(pwr.read(CSR)).toBe(VOSRDY | 2);
    store(pwr, CR, 8);
    expect(pwr.read(CSR)).toBe(VOSRDY);
    expect(pwr.read(CR)).toBe(0);
  });

  it('forgets everything without power', () => {
    const pwr = new Pwr();
    pwr.enterStandby();
    pwr.powerOn();
    expect(pwr.read(CSR)).toBe(VOSRDY);
  });
});
