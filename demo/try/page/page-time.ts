/** The time of the page: that of the computer, and the journeys since. All fobs and the service go by it. */
export class PageTime {
  #travelledMs = 0;
  readonly #listeners = new Set<(ms: number) => void>();

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#travelledMs;
  }

  travel(ms: number): void {
    this.#travelledMs += ms;
    for (const listener of this.#listeners) listener(ms);
  }

  /** Returns a function that stops listening. */
  onTravel(listener: (ms: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
