import { BUTTON_DEBOUNCE_MS } from '../base/limits.ts';
import { isRecord, type Value } from './realm/held.ts';
import type { Realm } from './realm/realm.ts';
import type { Timer, Timers } from './timers.ts';

export interface WatchOptions {
  readonly repeat: boolean;
  readonly debounceUs: number;
  /** 1 rising, -1 falling, 0 both. */
  readonly edge: number;
}

/** Argument of a watch's callback. */
export interface WatchEvent {
  readonly state: boolean;
  /** System time of the pin's change, in µs. */
  readonly timeUs: number;
  readonly lastTimeUs: number | undefined;
  readonly pin: string;
}

interface Watch extends WatchOptions {
  readonly id: number;
  readonly pin: string;
  readonly call: (event: WatchEvent) => void;
  state: boolean;
  lastTimeUs: number | undefined;
  /** Running debounce: the level that will count unless another edge follows. */
  settling: { timer: Timer; state: boolean } | undefined;
}

const EDGES: Readonly<Record<string, number>> = { rising: 1, falling: -1, both: 0 };

/** Reads the third argument of `setWatch`. Undefined for an invalid edge (jswrap_io.c). */
export function watchOptions(realm: Realm, value: Value, isButton: boolean): WatchOptions | undefined {
  const buttonDebounceUs = isButton ? BUTTON_DEBOUNCE_MS * 1000 : 0;
  const buttonEdge = isButton ? 1 : 0;
  if (!isRecord(value)) return { repeat: Boolean(value), debounceUs: buttonDebounceUs, edge: buttonEdge };
  const debounce = realm.get(value, 'debounce');
  const debounceMs = debounce === undefined ? undefined : realm.number(debounce);
  const asked = realm.get(value, 'edge');
  const edge =
    asked === undefined
      ? buttonEdge
      : typeof asked === 'number'
        ? Math.sign(asked)
        : EDGES[realm.text(asked)];
  if (edge === undefined) return undefined;
  return {
    repeat: Boolean(realm.get(value, 'repeat')),
    debounceUs: debounceMs === undefined ? buttonDebounceUs : Math.max(0, debounceMs * 1000 || 0),
    edge,
  };
}

/** `setWatch` as in Espruino's idle loop: the debounce is a timer that each further edge postpones. */
export class Watches {
  readonly #timers: Timers;
  #list: Watch[] = [];
  #nextId = 1;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  add(pin: string, level: boolean, options: WatchOptions, call: (event: WatchEvent) => void): number {
    const id = this.#nextId++;
    this.#list.push({ ...options, id, pin, call, state: level, lastTimeUs: undefined, settling: undefined });
    return id;
  }

  /** Removes a watch. False if there is no such watch. */
  clear(id: number): boolean {
    const watch = this.#list.find(each => each.id === id);
    if (watch?.settling) this.#timers.clear(watch.settling.timer.id);
    this.#list = this.#list.filter(each => each !== watch);
    return watch !== undefined;
  }

  clearAll(): void {
    for (const { id } of [...this.#list]) this.clear(id);
  }

  /** The pin of each watch. */
  get pins(): readonly string[] {
    return this.#list.map(watch => watch.pin);
  }

  /** Whether an edge of the pin makes an interrupt. */
  listensTo(pin: string): boolean {
    return this.#list.some(watch => watch.pin === pin);
  }

  /** Takes an edge from the interrupt. */
  edge(pin: string, level: boolean, timeUs: number): void {
    for (const watch of [...this.#list]) {
      if (watch.pin !== pin || !this.#list.includes(watch)) continue;
      if (watch.debounceUs <= 0) {
        watch.state = level;
        this.#fire(watch, timeUs);
      } else {
        this.#debounce(watch, level, timeUs);
      }
    }
  }

  #debounce(watch: Watch, level: boolean, timeUs: number): void {
    const settling = watch.settling;
    if (settling) {
      const dueUs = settling.timer.dueUs;
      settling.timer.dueUs = timeUs + watch.debounceUs;
      settling.state = level;
      if (timeUs <= dueUs || level === watch.state) return;
      // The timer was due before this edge, but has not run yet.
      this.#timers.clear(settling.timer.id);
      watch.settling = undefined;
      watch.state = level;
      this.#fire(watch, dueUs - watch.debounceUs);
    } else if (level !== watch.state) {
      const timer = this.#timers.add(() => this.#settled(watch), 0, false, true);
      timer.dueUs = timeUs + watch.debounceUs;
      watch.settling = { timer, state: level };
    }
  }

  #settled(watch: Watch): void {
    const settling = watch.settling;
    watch.settling = undefined;
    if (!settling || settling.state === watch.state) return;
    watch.state = settling.state;
    this.#fire(watch, settling.timer.dueUs - watch.debounceUs);
  }

  #fire(watch: Watch, timeUs: number): void {
    const wanted = watch.edge === 0 || watch.edge > 0 === watch.state;
    const lastTimeUs = watch.lastTimeUs;
    watch.lastTimeUs = timeUs;
    if (!wanted) return;
    if (!watch.repeat) this.#list = this.#list.filter(each => each !== watch);
    watch.call({ state: watch.state, timeUs, lastTimeUs, pin: watch.pin });
  }
}
