import type { BoardKind } from '@passfob/emulator/board/kinds';
import type { BoardCounters } from '@passfob/emulator/board/options';
import type { BootOptions, SimulatedFob, Wire } from '@passfob/simulator/base/fob';
import { PRESS_HELD_MS } from '@passfob/simulator/base/limits';
import { builtImage } from '@passfob/simulator/fob/built-image';
import type { MakeFob } from '../../../fob/simulation/kit/life.ts';
import { pressKey } from '../../../kit/pressing.ts';
import { builtBoard } from './built-board.ts';

/** Until the image runs and USB is enumerated. */
const BOOT_MS = 700;
/** The processor is at rest if it waits for so much of each of two such spans. */
const SPAN_MS = 10;
const REST_SHARE = 0.3;
/** Longer than any work of the image. */
const WORK_MS_MAX = 60_000;

/** What `boot` takes and a virtual board does not is left out. */
function boardOptions({ board: _, espruino: __, ...rest }: BootOptions, board: BoardKind['board']) {
  // Without a crystal the clock does not jump two seconds after a start.
  return { crystal: false, image: builtImage(board), ...rest, board };
}

/** A board with Espruino's own firmware, whose work takes time. */
export interface WorkingBoard extends SimulatedFob {
  counters(): Pick<BoardCounters, 'seconds' | 'idleSeconds'>;
}

/** Lets a board run until its work is done, or its power is lost. */
function rest(board: WorkingBoard): void {
  for (let spans = 0, workMs = 0; spans < 2; workMs += SPAN_MS) {
    if (workMs > WORK_MS_MAX) throw new Error('the virtual board does not come to rest');
    const before = board.counters();
    board.advance(SPAN_MS);
    const { seconds, idleSeconds } = board.counters();
    const isAtRest = idleSeconds - before.idleSeconds >= REST_SHARE * (seconds - before.seconds);
    spans = isAtRest ? spans + 1 : 0;
  }
}

function start(board: WorkingBoard): void {
  board.advance(BOOT_MS);
  rest(board);
}

function restingWire(board: WorkingBoard): Wire {
  return {
    write(bytes) {
      board.link.write(bytes);
      rest(board);
    },
    onData: listener => board.link.onData(listener),
  };
}

/**
 * Returns a virtual board that seems as quick as an imitated one: what it was given to do is done when a call returns,
 * so that the scenarios for the one can drive the other.
 */
export function bootedFob(board: WorkingBoard): SimulatedFob {
  start(board);
  const overrides: Pick<SimulatedFob, 'link' | 'press' | 'advance' | 'powerOn' | 'setUsb'> = {
    link: restingWire(board),
    press(key = 0, heldMs = PRESS_HELD_MS) {
      pressKey(board, key, heldMs);
      rest(board);
    },
    advance(ms) {
      board.advance(ms);
      rest(board);
    },
    powerOn() {
      board.powerOn();
      start(board);
    },
    setUsb(isPlugged) {
      board.setUsb(isPlugged);
      start(board);
    },
  };
  return Object.assign(Object.create(board), overrides);
}

/** Returns a maker of fobs with a board's image on Espruino's own firmware. */
export async function virtualFobs(
  firmware: Uint8Array,
  board: BoardKind['board'] = 'pico',
): Promise<MakeFob> {
  const virtualBoard = await builtBoard();
  return options => bootedFob(virtualBoard({ ...boardOptions(options, board), firmware }));
}
