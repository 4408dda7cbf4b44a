import type { TryBoard } from '../fob/messages.ts';
import { IMAGES_ID, WORKER_ID } from './ids.ts';
import { type SharedText, wholeText } from './shared-text.ts';

/**
 * The files of each board's image, a character for each byte. `app` is the largest one: that of the first board is
 * whole, and the others share pieces with it.
 */
export interface EmbeddedImages {
  readonly base: string;
  readonly boards: Readonly<Record<TryBoard, Readonly<Record<string, SharedText>>>>;
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? '';
}

/** Returns the files of a board's built image, by name. */
export function readImage(board: TryBoard): Readonly<Record<string, Uint8Array>> {
  const { base, boards } = JSON.parse(textOf(IMAGES_ID)) as EmbeddedImages;
  return Object.fromEntries(
    Object.entries(boards[board]).map(([name, shared]) => [
      name,
      Uint8Array.from(wholeText(base, shared), character => character.charCodeAt(0)),
    ]),
  );
}

let address: string | undefined;

/** Starts a worker from the script in this page. It has the policy of the page, and no other origin to reach. */
export function startWorker(): Worker {
  address ??= URL.createObjectURL(new Blob([textOf(WORKER_ID)], { type: 'text/javascript' }));
  return new Worker(address);
}
