import { HOLES } from '../../../unit/boards/rpi-pico-fob.ts';
import { tableOf } from '../../tidy/tables.ts';
import type { MadePart } from './part.ts';

/** Every wire of a Raspberry Pi Pico on a breadboard, from hole to hole. */
const holesTable = () =>
  tableOf(
    ['wire', 'from', 'to', 'what it joins'],
    HOLES.map(({ from, to, purpose }, index) => [`${index + 1}`, from, to, purpose]),
  );

export const boardParts: readonly MadePart[] = [{ name: 'breadboard-wires', make: holesTable }];
