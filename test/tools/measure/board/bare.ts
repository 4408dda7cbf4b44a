import { readFileSync } from 'node:fs';
import { booted, evaluated } from '../../../unit/emulator/board/espruino-kit.ts';
import { authentiwatchOf } from '../press.ts';
import { type BoardCost, between } from './cost.ts';
import { layoutOf, type VariablesLayout } from './memory.ts';

/** Espruino's mark for a line that is not echoed. */
const NO_ECHO = '\x10';
const MEASURED_MS = 3000;

/** What a board without an image tells of its firmware, and the reference on it. */
export interface Bare {
  readonly firmware: string;
  readonly commit: string;
  readonly layout: VariablesLayout;
  /** One TOTP by `hotp()` of authentiwatch; undefined where its code is not at hand. */
  readonly authentiwatchCode: BoardCost | undefined;
}

export function measureBare(path: string, authentiwatch: string | undefined): Bare {
  const reference =
    authentiwatch === undefined ? undefined : authentiwatchOf(readFileSync(authentiwatch, 'latin1'));
  const board = booted(path, {
    files: { reference: new Uint8Array(Buffer.from(reference?.script ?? '', 'latin1')) },
  });
  const evaluate = (line: string, ms?: number) => evaluated(board, NO_ECHO + line, ms);
  const layout = layoutOf(board, evaluate);
  const [, firmware = '', commit = ''] =
    /ABOUT (\S+) (\S*)/.exec(evaluate('print("ABOUT",process.env.VERSION,process.env.GIT_COMMIT)')) ?? [];
  let authentiwatchCode: BoardCost | undefined;
  if (reference !== undefined) {
    evaluate('eval(require("Storage").read("reference"))');
    const moments = new Map<string, ReturnType<typeof board.counters>>();
    board.link.onData(bytes => {
      for (const mark of ['FROM', 'UNTIL'])
        if (Buffer.from(bytes).includes(mark)) moments.set(mark, board.counters());
    });
    // Bytes leave within a millisecond.
    evaluate(`print("FROM");${reference.expression};print("UNTIL")`, MEASURED_MS);
    const [from, until] = ['FROM', 'UNTIL'].map(mark => moments.get(mark));
    if (from === undefined || until === undefined) throw new Error('the reference made no passcode');
    authentiwatchCode = between(from, until);
  }
  board.close();
  return { firmware, commit, layout, authentiwatchCode };
}
