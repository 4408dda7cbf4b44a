import type { FobError } from '../errors.ts';

/**
 * Serialises writes, because mixed pieces of two texts would make no frame.
 * @param write takes one text at a time
 * @param failure makes the error to throw when it fails
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
