/**
 * The odds of a fault: N for 1 in N. With 1 it strikes on each occasion, and never with 0 or without odds. N is a whole
 * number, so that a plan means the same on every machine.
 */
export type OneIn = number;

/** Faults of the wire that carries frames; an occasion is one transfer: a `write`, or an arrival at the listeners. */
export interface WireFaults {
  readonly flip?: OneIn;
  readonly drop?: OneIn;
  readonly duplicate?: OneIn;
  readonly truncate?: OneIn;
  readonly noise?: OneIn;
  readonly flow?: OneIn;
  readonly console?: OneIn;
  readonly delay?: OneIn;
  readonly stall?: OneIn;
}

/** How a transfer on the I2C bus fails. */
export type BusFault = 'fail' | 'late' | 'hang';

/** Faults of the I2C bus; an occasion is one transfer. */
export interface BusFaults {
  /** Faults by the number of the transfer, from 1 for the first one under this plan. */
  readonly at?: Readonly<Record<number, BusFault>>;
  readonly fail?: OneIn;
  readonly late?: OneIn;
  readonly hang?: OneIn;
}

/** Faults of the memories; an occasion is a page write of the EEPROM, for `full` a start of the board. */
export interface MemoryFaults {
  readonly torn?: OneIn;
  readonly stuck?: OneIn;
  readonly worn?: OneIn;
  readonly full?: OneIn;
}

/** Faults of the real-time clock; an occasion is one reading of its time. */
export interface ClockFaults {
  readonly stop?: OneIn;
  readonly jump?: OneIn;
}

/** Faults of the supply; an occasion is a non-volatile operation (`cut`) or a start of the board (`brownout`). */
export interface PowerFaults {
  readonly cut?: OneIn;
  readonly brownout?: OneIn;
}

/** Faults of the buttons; an occasion is a press, a release or both. */
export interface ButtonFaults {
  readonly bounce?: OneIn;
  readonly stuck?: OneIn;
  readonly deaf?: OneIn;
}

/** Faults of batteries; an occasion is a loss of power (`dead`, the clock's) or a start (`low`, the board's). */
export interface BatteryFaults {
  readonly dead?: OneIn;
  readonly low?: OneIn;
}

/** Temperatures other than 25 °C around the clock, from a start of the board to the next. */
export interface TemperatureFaults {
  readonly cold?: OneIn;
  readonly hot?: OneIn;
}

/** Faults of the crystal that may be soldered to an Espruino Pico or WiFi; an occasion is a reset of the processor. */
export interface CrystalFaults {
  readonly absent?: OneIn;
  readonly slow?: OneIn;
}

/**
 * The faults that a fob may suffer, each with its odds. The same plan and seed strike on the same occasions, counted
 * from when the plan is set. docs/simulator.md says of each what it does, and what it never does.
 */
export interface FaultPlan {
  /** Default: the seed of the fob. */
  readonly seed?: number;
  readonly wire?: WireFaults;
  readonly bus?: BusFaults;
  readonly memory?: MemoryFaults;
  readonly clock?: ClockFaults;
  readonly power?: PowerFaults;
  readonly buttons?: ButtonFaults;
  readonly battery?: BatteryFaults;
  readonly temperature?: TemperatureFaults;
  readonly crystal?: CrystalFaults;
}

/** A place where faults strike. */
export type FaultPlace = Exclude<keyof FaultPlan, 'seed'>;

type FaultsAt<P extends FaultPlace> = Exclude<keyof Required<FaultPlan>[P] & string, 'at'>;

/** The name of a fault: its place and its own, such as `wire.drop`. */
export type FaultName = { [P in FaultPlace]: `${P}.${FaultsAt<P>}` }[FaultPlace];

/** How often one fault could have struck and did since its plan was set. */
export interface FaultCount {
  readonly occasions: number;
  readonly struck: number;
}

/** The faults of a fob so far. */
export interface FaultReport {
  readonly plan: FaultPlan;
  readonly seed: number;
  readonly counts: Readonly<Record<FaultName, FaultCount>>;
}
