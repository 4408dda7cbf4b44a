import { writeFigures } from './page.ts';

/** Writes page and pictures after the last part has been recorded. @returns a function that vitest calls at the end */
export function setup(): () => Promise<void> {
  return writeFigures;
}
