/** The register of an STM32F401 or F411 for clocks that survive a reset (RM0368 §6.3.20, RM0383 §6.3.20), and bits of it. */
const RCC_BDCR = 0x40023870;
const CRYSTAL_ON = 1;
const RTC_SOURCE = 0x300;
const RTC_ON_OSCILLATOR = 0x200;

/**
 * Keeps the interpreter's clock on the internal oscillator. Two seconds after a cold start Espruino would change to a
 * crystal, if one is soldered in. Its clock then loses up to a second and runs slow for two more, and nothing runs
 * until the crystal does: a hold would count as a press, timers would be late. A clock that already is on the crystal,
 * after a reset without a power cut, is left there. What needs the right time asks the DS3231.
 */
export function stayOnOscillator(): void {
  const control = peek32(RCC_BDCR);
  if ((control & RTC_SOURCE) === RTC_ON_OSCILLATOR) poke32(RCC_BDCR, control & ~CRYSTAL_ON);
}

/**
 * Sets the interpreter's clock to what it shows. A cable ends deep sleep by an interrupt, in which Espruino reads the RTC
 * before its shadow registers are right (RM0368 §17.3.6). A tick later it would take the whole sleep for a tick's length,
 * run ahead, and then stand still for as long, with all timers. The RTC takes whole seconds only.
 */
export function wakeClock(): void {
  setTime(Math.floor(getTime()));
}
