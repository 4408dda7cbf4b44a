import type { BootOptions, SimulatedFob } from './base/fob.ts';
import { bootOn } from './boot-on.ts';
import { builtImage } from './image.ts';
import { makeContext } from './platform/node/node-platform.ts';

export { fileStore } from './state/stores.ts';

/**
 * Makes a board of software and powers it on. A new state first gets the image's files; an existing state continues
 * with its contents. Throws for a board that is missing or unknown, if the state belongs to another board, or if there
 * is no image for a new one.
 */
export function boot(options: BootOptions): SimulatedFob {
  return bootOn(makeContext, options, () => builtImage(options.board));
}
