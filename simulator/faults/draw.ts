import type { FaultCount, FaultName, FaultPlan, FaultReport } from '../base/fault-plan.ts';
import { makeRandomness, type Randomness } from '../base/randomness.ts';
import { FAULT_NAMES } from './names.ts';

/**
 * Draws which occasions suffer a fault. The seed, the name of the fault and the number of the occasion alone decide,
 * so that one fault never shifts another, and the same plan strikes the same occasions again.
 */
export class FaultDraw {
  readonly #fobSeed: number;
  #plan: FaultPlan = {};
  readonly #occasions = new Map<string, number>();
  readonly #struck = new Map<FaultName, number>();

  /** @param fobSeed decides where a plan has no seed of its own */
  constructor(fobSeed: number) {
    this.#fobSeed = fobSeed;
  }

  get plan(): FaultPlan {
    return this.#plan;
  }

  get seed(): number {
    return this.#plan.seed ?? this.#fobSeed;
  }

  /** From now on faults strike by this plan. Counts occasions from 1. */
  set(plan: FaultPlan): void {
    this.#plan = plan;
    this.#occasions.clear();
    this.#struck.clear();
  }

  /** From now on nothing strikes; the counts stay. */
  heal(): void {
    this.#plan = { seed: this.seed };
  }

  /**
   * Counts an occasion of a fault.
   * @param lane of several independent sequences of occasions, such as the directions of a wire
   * @returns undefined, or, if it strikes, the randomness that decides how
   */
  strikes(name: FaultName, lane = ''): Randomness | undefined {
    const randomness = this.#drawn(name, lane);
    if (randomness) this.#count(name);
    return randomness;
  }

  /** Counts an occasion on which at most one of several faults strikes: `planned`, or the first that is drawn. */
  first<N extends FaultName>(
    names: readonly N[],
    planned?: N,
  ): { readonly name: N; readonly randomness: Randomness } | undefined {
    const drawn = names.map(name => ({ name, randomness: this.#drawn(name, '') }));
    const name = planned ?? drawn.find(({ randomness }) => randomness)?.name;
    if (name === undefined) return undefined;
    this.#count(name);
    const own = drawn.find(each => each.name === name)?.randomness;
    return { name, randomness: own ?? makeRandomness(this.seed, name, 'planned', this.struck(name)) };
  }

  struck(name: FaultName): number {
    return this.#struck.get(name) ?? 0;
  }

  report(): FaultReport {
    const counts = FAULT_NAMES.map(name => [name, this.#countOf(name)] as const);
    return {
      plan: this.#plan,
      seed: this.seed,
      counts: Object.fromEntries(counts) as Record<FaultName, FaultCount>,
    };
  }

  #countOf(name: FaultName): FaultCount {
    let occasions = 0;
    for (const [key, count] of this.#occasions) if (key.split(' ')[0] === name) occasions += count;
    return { occasions, struck: this.struck(name) };
  }

  #count(name: FaultName): void {
    this.#struck.set(name, this.struck(name) + 1);
  }

  #drawn(name: FaultName, lane: string): Randomness | undefined {
    const odds = oddsOf(this.#plan, name);
    if (odds === 0) return undefined;
    const key = lane === '' ? name : `${name} ${lane}`;
    const occasion = (this.#occasions.get(key) ?? 0) + 1;
    this.#occasions.set(key, occasion);
    const randomness = makeRandomness(this.seed, key, occasion);
    return randomness.below(odds) === 0 ? randomness : undefined;
  }
}

/** Returns the odds of a fault in a plan, 0 for never. */
export function oddsOf(plan: FaultPlan, name: FaultName): number {
  const [place = '', kind = ''] = name.split('.');
  const faults = plan[place as keyof FaultPlan] as Readonly<Record<string, number>> | undefined;
  return faults?.[kind] ?? 0;
}
