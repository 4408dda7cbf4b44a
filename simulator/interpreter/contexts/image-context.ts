/**
 * Makes the JavaScript of one boot of the interpreter: `node/` does so in Node, `browser/` in a web page's worker or in
 * the page. Nothing else in the simulator's core knows either.
 */
export type MakeContext = () => ImageContext;

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
