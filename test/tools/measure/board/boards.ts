import type { VirtualBoard } from '@passfob/emulator/board/options';
import type { StateStore } from '@passfob/simulator/base/fob';
import { builtImage } from '@passfob/simulator/fob/built-image';
import { secret } from '../../../kit/secrets.ts';
import { type BoardFirmware, builtBoard } from '../../../unit/emulator/kit/built-board.ts';
import { rpPico } from '../../../unit/rp2040/board/fob.ts';
import type { RealFirmware } from '../../../unit/rp2040/kit/picos.ts';
import type { MeasuredBoard } from './cost.ts';

const SEED = 1;

/** Makes a board; one whose memories are kept goes on with them. */
export type MakeMeasured<B extends MeasuredBoard = MeasuredBoard> = (storage: StateStore) => B;

const newFiles = () => ({ birth: secret(crypto.getRandomValues(new Uint8Array(32))) });

/** An Espruino board with an STM32F4, which is sold without a crystal. */
export async function espruinoBoards({
  bytes: firmware,
  board,
}: Pick<BoardFirmware, 'bytes' | 'board'>): Promise<MakeMeasured<VirtualBoard>> {
  const virtualBoard = await builtBoard();
  const image = builtImage(board);
  return storage =>
    virtualBoard({ board, firmware, image, files: newFiles(), seed: SEED, storage, crystal: false });
}

/** A Raspberry Pi Pico, which does not sleep deeply. */
export function rpPicos({ chip }: RealFirmware): MakeMeasured {
  const image = builtImage('rpi-pico');
  return storage => {
    const board = rpPico({ ...chip, image, files: newFiles(), seed: SEED, storage });
    const counters = () => ({ ...board.counters(), deepSleepSeconds: 0 });
    return Object.assign(Object.create(board) as typeof board, { counters });
  };
}
