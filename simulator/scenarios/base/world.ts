import { textOf } from '../../base/bytes.ts';
import type { SimulatedFob, Wire } from '../../base/fob.ts';
import { makeRandomness } from '../../base/randomness.ts';
import {
  BETWEEN_PRESSES_MS,
  OWNER_LOOPS_MAX,
  OWNER_POLL_MS,
  SIMULATED_MS_MAX,
  SLOW_CABLE_MS,
  STEPS_MAX,
  WAITING_BYTES_MAX,
} from './limits.ts';
import type { OpenOwner, ScenarioOwner } from './owner.ts';
import { type PlacedStep, StepFailed } from './place.ts';

/** Serial ports of all boards, and `cable`: the port that carries frames. */
export const PORTS = ['cable', 'USB', 'Serial1', 'Serial2', 'Bluetooth'] as const;
export type ScenarioPort = (typeof PORTS)[number];

/** Files beside a scenario, by their path from its folder. */
export interface ScenarioFiles {
  /** @returns undefined if there is no such file */
  read(path: string): Uint8Array | undefined;
  write(path: string, bytes: Uint8Array): void;
}

export interface WorldOptions {
  readonly fob: SimulatedFob;
  readonly seed: number;
  readonly files: ScenarioFiles;
  readonly openOwner: OpenOwner | undefined;
  /** Whether pictures are written instead of compared. */
  readonly isUpdate: boolean;
  /** Called after each step that passed. */
  readonly onStep: ((step: PlacedStep, world: World) => void) | undefined;
}

/** Time for the owner's programs to take what the fob sent, without a wait in real time. */
const turn = () => new Promise<void>(resolve => setTimeout(resolve, 0));

/** A fob with everything around it, as the steps of a scenario see it. */
export class World {
  readonly fob: SimulatedFob;
  readonly options: WorldOptions;
  /** The cable, with its faults. */
  readonly cable: Wire;
  readonly startMs: number;
  /** The innermost step that failed. */
  failedAt: PlacedStep | undefined;
  steps = 0;
  /** Reports of the keyboard that a step has looked at. */
  typedReports = 0;
  readonly #waiting = new Map<ScenarioPort, string>();
  readonly #powerLost = new Set<() => void>();
  #owner: ScenarioOwner | undefined;
  #askAgain: (() => void) | undefined;
  #isCommanded = false;

  constructor(options: WorldOptions) {
    const { fob } = options;
    this.fob = fob;
    this.options = options;
    this.startMs = fob.now();
    const listeners = new Set<(bytes: Uint8Array) => void>();
    const arrive = (bytes: Uint8Array) => {
      this.#arrived('cable', bytes);
      for (const listener of listeners) listener(bytes);
    };
    fob.link.onData(arrive);
    this.cable = {
      write: bytes => {
        fob.link.write(bytes);
        this.#lookAtPower();
      },
      onData(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    for (const port of PORTS)
      if (port !== 'cable') fob.serial(port).onData(bytes => this.#arrived(port, bytes));
  }

  /** @throws StepFailed */
  begin(): void {
    this.steps++;
    if (this.steps > STEPS_MAX) throw new StepFailed(`A scenario runs ${STEPS_MAX} steps at most.`);
  }

  get seed(): number {
    return this.options.seed;
  }

  /** The lines on the display; none while it is dark. */
  screen(): readonly string[] {
    const screen = this.fob.screen();
    return screen.on ? screen.text : [];
  }

  /** The lines as one text, because a sentence may need several. */
  words(): string {
    return this.screen().join(' ');
  }

  /** @throws StepFailed at the end of the simulated time of a run */
  async advance(ms: number): Promise<void> {
    if (this.fob.now() + ms - this.startMs > SIMULATED_MS_MAX) {
      throw new StepFailed('A scenario takes ten years of simulated time at most.');
    }
    let leftMs = ms;
    while (this.#askAgain !== undefined && leftMs > 0) {
      const partMs = Math.min(leftMs, OWNER_POLL_MS);
      this.fob.advance(partMs);
      leftMs -= partMs;
      await this.letOwnerAsk();
    }
    this.fob.advance(leftMs);
    this.#lookAtPower();
  }

  /** Presses a key, and waits so that the next press is no quick one. */
  async press(key: number, heldMs: number): Promise<void> {
    this.fob.press(key, heldMs);
    this.#lookAtPower();
    await this.advance(BETWEEN_PRESSES_MS);
  }

  /** The key that moves on: the only one of the case, or a touch. */
  get nextKey(): number {
    return this.fob.keys > 1 ? 1 : 0;
  }

  /** Bytes of a port that no step has looked at. */
  waiting(port: ScenarioPort): string {
    return this.#waiting.get(port) ?? '';
  }

  /** Drops the first `count` bytes of a port. */
  take(port: ScenarioPort, count: number): void {
    this.#waiting.set(port, this.waiting(port).slice(count));
  }

  #arrived(port: ScenarioPort, bytes: Uint8Array): void {
    this.#waiting.set(port, (this.waiting(port) + textOf(bytes)).slice(-WAITING_BYTES_MAX));
  }

  /** Calls `listener` when the fob is found without power. Returns a function that stops this. */
  onPowerLost(listener: () => void): () => void {
    this.#powerLost.add(listener);
    return () => this.#powerLost.delete(listener);
  }

  #lookAtPower(): void {
    if (!this.fob.powered) for (const listener of this.#powerLost) listener();
  }

  /** @throws StepFailed where nothing plays the owner */
  get owner(): ScenarioOwner {
    const { openOwner, seed } = this.options;
    if (openOwner === undefined) {
      throw new StepFailed('Steps of the owner need the package passfob. Run: passfob simulate run FILE');
    }
    const randomness = makeRandomness(seed, 'owner');
    this.#owner ??= openOwner({
      wire: this.cable,
      now: () => this.fob.now(),
      random: length => randomness.bytes(length),
      screen: () => this.screen(),
      nextPoll: () =>
        new Promise(resolve => {
          this.#askAgain = resolve;
        }),
    });
    return this.#owner;
  }

  /** Lets the owner ask again if it waits for that, and take the answer. */
  async letOwnerAsk(): Promise<void> {
    const ask = this.#askAgain;
    if (ask === undefined) return;
    this.#askAgain = undefined;
    ask();
    for (let turns = 0; turns < OWNER_LOOPS_MAX && this.#askAgain === undefined && this.#isCommanded; turns++)
      await turn();
  }

  /** Lets time pass while the owner waits for bytes that the cable holds back. */
  async waitOnSlowCable(isOver: () => boolean): Promise<void> {
    const { delay = 0, stall = 0 } = this.fob.faults().plan.wire ?? {};
    if (delay + stall === 0) return;
    while (!isOver()) {
      for (let loops = 0; loops < OWNER_LOOPS_MAX && !isOver(); loops++) await turn();
      if (!isOver()) await this.advance(SLOW_CABLE_MS);
    }
  }

  /** Tells that a command of the owner begins or has ended. */
  commanded(isRunning: boolean): void {
    this.#isCommanded = isRunning;
    if (!isRunning) this.#askAgain = undefined;
  }
}
