/**
 * The needs of the simulator from the program it runs in: `node/` fulfils them in Node, `browser/` in a web page's
 * worker or in the page. Nothing else in the simulator's core knows either.
 */
export interface Platform {
  /** Makes the JavaScript of one boot of the interpreter. */
  makeContext(): ImageContext;
  /** Returns bytes that nobody can predict. */
  random(count: number): Uint8Array;
  /** Milliseconds of a clock that never jumps, from any start. */
  monotonicMs(): number;
  /** Milliseconds since 1970. */
  epochMs(): number;
  /** Runs `action` once after a time. Does not keep the program alive. Returns a function that cancels it. */
  after(ms: number, action: () => void): () => void;
}

/** The JavaScript of one boot: a set of global names that no other boot shares, and the scripts that use them. */
export interface ImageContext {
  /**
   * Evaluates a function expression of the simulator's own, which may change built-ins. The image alone sees the
   * changes.
   */
  ours(source: string): (...args: readonly unknown[]) => unknown;
  /**
   * Runs a script of the image in the global scope and returns its value. Its exceptions pass through.
   * @param fileName appears in stack traces
   */
  evaluate(source: string, fileName: string): unknown;
}
