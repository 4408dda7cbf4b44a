import { FIRST_INTERRUPT, HARD_FAULT, NMI, PRIORITY_BITS, RESET } from '../core/exception-numbers.ts';
import { INTERRUPTS } from './limits.ts';

const EXCEPTIONS = FIRST_INTERRUPT + INTERRUPTS;
/** The priority of code that no exception and no mask protects: lower than all. */
export const LOWEST_PRIORITY = 256;

export interface ExceptionStatePorts {
  /** Called when an exception has become pending, enabled or not. */
  onPend(): void;
  /** Called after a change while an enabled exception is pending: a run of instructions must end. */
  onReady(): void;
}

/** Which exceptions are pending, enabled and active, and with which priorities (ARMv7-M ARM B1.5.1, B1.5.4). */
export class ExceptionState {
  readonly #pending = new Uint8Array(EXCEPTIONS);
  readonly #enabled = new Uint8Array(EXCEPTIONS);
  readonly #priorities = new Int16Array(EXCEPTIONS);
  /** Active exceptions, the one that runs last. */
  readonly #nesting: number[] = [];
  readonly #ports: ExceptionStatePorts;
  #priorityGroup = 0;
  /** Kept until something changes: asked for between any two runs of instructions. */
  #first = 0;
  #isFirstKnown = false;
  #activePriority = LOWEST_PRIORITY;

  constructor(ports: ExceptionStatePorts) {
    this.#ports = ports;
    this.reset();
  }

  reset(): void {
    this.#pending.fill(0);
    this.#enabled.fill(0).fill(1, 0, FIRST_INTERRUPT);
    this.#priorities.fill(0);
    this.#priorities[RESET] = -3;
    this.#priorities[NMI] = -2;
    this.#priorities[HARD_FAULT] = -1;
    this.#nesting.length = 0;
    this.#priorityGroup = 0;
    this.#first = 0;
    this.#isFirstKnown = true;
    this.#activePriority = LOWEST_PRIORITY;
  }

  /** AIRCR.PRIGROUP: the highest bit of the sub-priority (ARMv7-M ARM B1.5.4). */
  get priorityGroup(): number {
    return this.#priorityGroup;
  }

  set priorityGroup(group: number) {
    this.#priorityGroup = group;
    this.#settleActivePriority();
    this.#changed();
  }

  /** The part of a priority that decides on preemption. */
  groupPriority(priority: number): number {
    return priority < 0 ? priority : priority & (-2 << this.#priorityGroup);
  }

  priority(number: number): number {
    return this.#priorities[number] ?? LOWEST_PRIORITY;
  }

  /** @param priority of a configurable exception, 0 to 255 */
  setPriority(number: number, priority: number): void {
    if (number <= HARD_FAULT || number >= EXCEPTIONS) return;
    this.#priorities[number] = priority & PRIORITY_BITS;
    this.#settleActivePriority();
    this.#changed();
  }

  isEnabled(number: number): boolean {
    return this.#enabled[number] === 1;
  }

  enable(number: number, isEnabled: boolean): void {
    this.#enabled[number] = isEnabled ? 1 : 0;
    this.#changed();
  }

  isPending(number: number): boolean {
    return this.#pending[number] === 1;
  }

  pend(number: number): void {
    if (this.#pending[number] !== 0) return;
    this.#pending[number] = 1;
    this.#ports.onPend();
    if (this.#enabled[number] !== 0) this.#changed();
  }

  unpend(number: number): void {
    this.#pending[number] = 0;
    this.#isFirstKnown = false;
  }

  #changed(): void {
    this.#isFirstKnown = false;
    if (this.first !== 0) this.#ports.onReady();
  }

  /**
   * The pending and enabled exception that comes first: the one with the highest priority, among equals the one with the
   * lowest number. 0 if there is none.
   */
  get first(): number {
    if (!this.#isFirstKnown) {
      this.#first = this.#findFirst();
      this.#isFirstKnown = true;
    }
    return this.#first;
  }

  #findFirst(): number {
    let first = 0;
    let best = LOWEST_PRIORITY;
    for (let number = this.#pending.indexOf(1); number >= 0; number = this.#pending.indexOf(1, number + 1)) {
      const priority = this.priority(number);
      if (!this.isEnabled(number) || priority >= best) continue;
      first = number;
      best = priority;
    }
    return first;
  }

  /** The exception that runs; 0 in thread mode. */
  get running(): number {
    return this.#nesting.at(-1) ?? 0;
  }

  /** How many exceptions are active. */
  get depth(): number {
    return this.#nesting.length;
  }

  isActive(number: number): boolean {
    return this.#nesting.includes(number);
  }

  activate(number: number): void {
    this.unpend(number);
    this.#nesting.push(number);
    this.#settleActivePriority();
  }

  deactivate(number: number): void {
    this.#nesting.splice(this.#nesting.lastIndexOf(number), 1);
    this.#settleActivePriority();
  }

  #settleActivePriority(): void {
    const groups = this.#nesting.map(number => this.groupPriority(this.priority(number)));
    this.#activePriority = Math.min(LOWEST_PRIORITY, ...groups);
  }

  /** The group priority that active exceptions give to the code that runs, before the masks. */
  get activePriority(): number {
    return this.#activePriority;
  }
}
