import type { PinPort } from './pin-ports.ts';

/** An output of a timer. */
export interface TimerOutput {
  readonly timer: 'TIM2' | 'TIM3' | 'TIM4' | 'TIM5';
  /** 1 to 4. */
  readonly channel: number;
}

/**
 * The pins of each channel by timer and alternate function (data sheet of the STM32F401xD/xE, table 9). TIM1 and TIM9 to
 * TIM11 are not modelled.
 */
const PINS: readonly (readonly [
  timer: TimerOutput['timer'],
  alternate: number,
  channels: readonly string[],
])[] = [
  ['TIM2', 1, ['A0 A5 A15', 'A1 B3', 'A2 B10', 'A3']],
  ['TIM3', 2, ['A6 B4 C6', 'A7 B5 C7', 'B0 C8', 'B1 C9']],
  ['TIM4', 2, ['B6 D12', 'B7 D13', 'B8 D14', 'B9 D15']],
  ['TIM5', 2, ['A0', 'A1', 'A2', 'A3']],
];

const OUTPUTS: ReadonlyMap<string, TimerOutput> = new Map(
  PINS.flatMap(([timer, alternate, channels]) =>
    channels.flatMap((pins, index) =>
      pins.split(' ').map(pin => [`${pin} ${alternate}`, { timer, channel: index + 1 }] as const),
    ),
  ),
);

/** Returns the output that an alternate function of a pin connects with it, if there is one. */
export function timerOutput(port: PinPort, pin: number, alternate: number): TimerOutput | undefined {
  return OUTPUTS.get(`${port}${pin} ${alternate}`);
}
