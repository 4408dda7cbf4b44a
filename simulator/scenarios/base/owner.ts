import type { Wire } from '../../base/fob.ts';

/** What an owner works with in a scenario. Time and randomness come from the scenario, so that each run is the same. */
export interface ScenarioTools {
  /** The fob's cable, with its faults. */
  readonly wire: Wire;
  /** True time, in ms since 1970. */
  now(): number;
  random(length: number): Uint8Array;
  /** Resolves when the owner may ask again, in simulated time, while the fob's person acts. */
  nextPoll(): Promise<void>;
  /** Lines on the fob's screen, for the pairing code. */
  screen(): readonly string[];
}

/** One command of the owner. */
export interface OwnerCall {
  /** Aborted when the fob loses its power. */
  readonly signal: AbortSignal;
  /** The fob asks its person. */
  readonly onPressNeeded: () => void;
}

/** The owner's policy, as the wire has it (`setPolicy` in `protocol/commands.ts`). */
export interface OwnerPolicy {
  readonly pinDigits: number;
  readonly attempts: number;
  readonly wipe: number;
  readonly lockSeconds: number;
  readonly asks: number;
  readonly typing: number;
}

/** A fob as its owner sees it. */
export interface OwnerView {
  readonly state: string;
  /** Undefined while the fob is locked. */
  readonly accounts: number | undefined;
  readonly clock: string;
  readonly pin: string;
  readonly locked: boolean;
  readonly failures: number;
}

/** An approval that an application asks for. */
export interface OwnerQuestion {
  readonly account: string;
  readonly question: string;
  /** Two digits to compare. */
  readonly number: number | undefined;
  readonly service: string;
  readonly user: string;
}

/**
 * The owner of the fob, at the other end of the cable. The package `passfob` has it: the simulator imports nothing of
 * an owner's programs. Every method throws an error with a `refusal` or a `kind` where the fob or the link says no.
 */
export interface ScenarioOwner {
  /** Has a blank fob show its pairing code. */
  askForPairing(call: OwnerCall): Promise<void>;
  /** Becomes the owner, by the code on the screen or by another one, and sets the clock. */
  pair(code: string | undefined, call: OwnerCall): Promise<void>;
  enrol(uri: string, call: OwnerCall): Promise<void>;
  remove(account: string, call: OwnerCall): Promise<void>;
  /** @param utcMs default: true time */
  setClock(utcMs: number | undefined, call: OwnerCall): Promise<void>;
  setPolicy(policy: OwnerPolicy, call: OwnerCall): Promise<void>;
  /** @returns the passcode */
  code(account: string, call: OwnerCall): Promise<string>;
  /** @returns the passcode for the question */
  approval(question: OwnerQuestion, call: OwnerCall): Promise<string>;
  requirePin(call: OwnerCall): Promise<void>;
  resetPin(call: OwnerCall): Promise<void>;
  erase(call: OwnerCall): Promise<void>;
  look(call: OwnerCall): Promise<OwnerView>;
}

export type OpenOwner = (tools: ScenarioTools) => ScenarioOwner;
