import { memoryStore, type StateStore } from '@passfob/simulator';
import type { ClientOptions } from 'passfob/client';
import type { Driver } from '../fob/conformance/driver.ts';
import { Owner } from '../fob/conformance/owner.ts';
import { SimulatorDriver, type SimulatorOptions } from '../fob/conformance/simulator-driver.ts';
import { RFC4226 } from '../fob/conformance/vectors.ts';
import { copyOf } from './memories.ts';

/** A fob that is switched off: its memories, and the owner that can open it. */
export interface KeptFob {
  readonly store: StateStore;
  readonly owner: Owner;
}

const pico = (storage: StateStore): Driver => new SimulatorDriver({ storage });

/** Pairs a new fob, lets its owner arrange it, and switches it off. */
export async function keptFob(
  arrange: (owner: Owner) => Promise<unknown>,
  make = pico,
  options?: ClientOptions,
): Promise<KeptFob> {
  const store = memoryStore();
  const owner = new Owner(make(store), options);
  await owner.pair();
  await arrange(owner);
  await owner.driver.close();
  return { store, owner };
}

/** A pico that starts from a copy of kept memories, with its owner. It notes each HOTP value of RFC 4226 that its screen shows. */
export class WatchedFob {
  readonly driver: SimulatorDriver;
  readonly owner: Owner;
  /** Counters of the values, in order; -1 for one that is none of them. */
  readonly shown: number[] = [];

  constructor(kept: KeptFob, options: SimulatorOptions = {}) {
    this.driver = new SimulatorDriver({ ...options, storage: copyOf(kept.store) });
    this.owner = new Owner(this.driver, {}, kept.owner);
    this.onWords(words => {
      const code = /Example .*?(\d{3}) (\d{3})/.exec(words);
      if (!code) return;
      const counter = RFC4226.indexOf(`${code[1]}${code[2]}`);
      if (counter !== this.shown.at(-1)) this.shown.push(counter);
    });
  }

  get words(): string {
    return this.driver.fob.screen().text.join(' ');
  }

  /** Calls a listener now, and whenever the screen changes. */
  protected onWords(listener: (words: string) => void): void {
    listener(this.words);
    this.driver.fob.onScreen(() => listener(this.words));
  }

  /** Whether each value was shown once, in order, from one on. */
  isInOrder(first = 0): boolean {
    return this.shown.every((counter, at) => counter > (this.shown[at - 1] ?? first - 1));
  }
}
