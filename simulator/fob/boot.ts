import type { BootOptions, SimulatedFob } from '../base/fob.ts';
import { makeContext } from '../interpreter/contexts/node-context.ts';
import { builtImage } from './built-image.ts';
import { makeFob } from './make-fob.ts';

export { fileStore } from '../recording/state/stores.ts';

/**
 * Makes a board of software and powers it on. A new state first gets the image's files; an existing state continues
 * with its contents. Throws for a board that is missing or unknown, if the state belongs to another board, or if there
 * is no image for a new one.
 */
export function boot(options: BootOptions): SimulatedFob {
  return makeFob(makeContext, options, () => builtImage(options.board));
}
