/** The clocks of the chip, as the reset and clock control makes them (RM0368 §6.2), in Hz; 0 while one stands still. */
export interface Clocks {
  /** Of the processor, the memories and the AHB buses: GPIO, flash. */
  readonly hclk: number;
  /** Of the peripherals on APB1: I2C, USART2, PWR. */
  readonly pclk1: number;
  /** Of the peripherals on APB2: USART1, USART6, ADC, EXTI. */
  readonly pclk2: number;
  /** Of the counters of TIM2 to TIM5: twice `pclk1` unless APB1 runs undivided (RM0368 §6.2, TIMPRE). */
  readonly timerClock1: number;
  /** Of the counters of TIM1 and TIM9 to TIM11. */
  readonly timerClock2: number;
  /** Of USB OTG FS: 48 MHz from the PLL's output Q. */
  readonly usbClock: number;
  /** Of the real-time clock: LSE, LSI or a part of HSE. Runs on in STOP. */
  readonly rtcClock: number;
  /** Calls `listener` after any of them has changed. */
  onChange(listener: () => void): void;
}
