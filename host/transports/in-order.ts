import type { FobError } from '../errors.ts';

/**
 * A way to write one text behind the other: pieces of two texts, mixed, would make no frame.
 * @param write takes one text at a time
 * @param failure what to throw when it fails
 */
export function inOrder(
  write: (text: string) => Promise<void>,
  failure: (cause: unknown) => FobError,
): (text: string) => Promise<void> {
  let turn: Promise<void> = Promise.resolve();
  return text => {
    const written = turn.then(() => write(text));
    turn = written.catch(() => undefined);
    return written.catch((cause: unknown) => {
      throw failure(cause);
    });
  };
}
