import type { BoardPort } from 'passfob/commands/flash-steps';
import { FobError } from 'passfob/errors';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import type { RpPico } from '../board/fob.ts';

/** The board's time that passes in each turn of a command. */
const PASSING_MS = 10;
/** Until the computer has set the device up. */
const ENUMERATION_MS_MAX = 5_000;
/** A question takes no answer before, and a hold is an approval after. */
const DEAF_MS = 900;
const APPROVE_MS = 1_500;

function unplugged(): FobError {
  return new FobError('unplugged', { subject: 'cable' });
}

/** Opens the serial port of a board as a program of its computer does, while time passes for the board. */
function openPort(board: RpPico): Transport {
  for (let ms = 0; !board.hardware.chip?.computer.isOpen; ms += PASSING_MS) {
    if (!board.powered || ms > ENUMERATION_MS_MAX) throw unplugged();
    board.advance(PASSING_MS);
  }
  const cable = pipe({
    name: 'cable',
    write: async text => board.link.write(Buffer.from(text, 'latin1')),
    release: async () => {
      clearInterval(passing);
      for (const each of stops) each();
    },
  });
  const stops = [
    board.link.onData(bytes => cable.receive(bytes)),
    // The device vanishes from its computer.
    board.onEvent(event => {
      if (event.kind === 'power' && event.change !== 'on') cable.lost(unplugged());
    }),
  ];
  const passing = setInterval(() => board.advance(PASSING_MS));
  return cable.transport;
}

/** The port of a board for the commands that write to its console. Its USB id is one that programs of others have, too. */
export function flashPort(board: RpPico): BoardPort {
  return { address: 'cable', isShared: true, open: async () => openPort(board) };
}

/** The person holds the button until the question on the screen is answered. */
export function approve(board: RpPico): void {
  board.advance(DEAF_MS);
  board.keyDown();
  board.advance(APPROVE_MS);
  board.keyUp();
}
