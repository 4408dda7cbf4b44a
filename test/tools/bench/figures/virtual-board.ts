import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACTS, type Act } from '../../measure/board/act-names.ts';
import type { BoardCost } from '../../measure/board/cost.ts';
import type { BoardFigures } from '../../measure/board/measure-board.ts';
import { root } from '../../tidy/files.ts';
import { grouped, type Table } from './record.ts';

/** What `npm run measure -- virtual-board` wrote into the ledger about a board. */
interface Entry {
  readonly board: string;
  readonly boardFigures?: readonly BoardFigures[];
  readonly acts?: Readonly<Partial<Record<Act, BoardCost>>>;
}

const ledger = () => JSON.parse(readFileSync(join(root, 'docs/ledger.json'), 'utf8')) as Entry[];

type Cost = BoardCost | undefined;

const million = (cost: Cost) => (cost === undefined ? '' : grouped(cost.instructions / 1e6, 1));
const milliseconds = (cost: Cost) => (cost === undefined ? '' : grouped(cost.milliseconds, 0));

/** Instructions and time of each act, beside the reference. */
function actsTable(boards: readonly BoardFigures[]): Table {
  const row = (title: string, costOf: (board: BoardFigures) => Cost) => [
    title,
    ...boards.flatMap(board => [million(costOf(board)), milliseconds(costOf(board))]),
  ];
  return {
    head: ['on the virtual board', ...boards.flatMap(one => [`${one.firmware}: million instructions`, 'ms'])],
    rows: [
      ...(Object.keys(ACTS) as Act[])
        // A new act has no row until it is measured.
        .filter(act => boards.some(({ acts }) => act in acts))
        .map(act => row(ACTS[act], ({ acts }) => acts[act])),
      row('reference: `hotp()` of authentiwatch', ({ authentiwatchCode }) => authentiwatchCode),
    ],
  };
}

const FORMS = 'forms of instructions executed, of those that the core knows';

/** Memory at its peak, and an estimated day. */
function useTable(boards: readonly BoardFigures[]): Table {
  const row = (title: string, say: (board: BoardFigures) => string) => [title, ...boards.map(say)];
  return {
    head: ['memory, instructions and current', ...boards.map(({ firmware }) => firmware)],
    rows: [
      row('stack, deepest, bytes', ({ stackBytes }) => grouped(stackBytes)),
      row('variables, most', one => `${grouped(one.variablesPeak)} of ${grouped(one.variablesTotal)}`),
      row(FORMS, ({ forms, formsExecuted }) => `${formsExecuted} of ${forms}`),
      row('one passcode, cable out: awake', ({ use }) => `${grouped(use.awakeSeconds, 1)} s`),
      row('one passcode, cable out: million instructions', ({ use }) => grouped(use.instructions / 1e6, 0)),
      row('a day of 20 passcodes: in STOP', ({ day }) => `${(100 * day.stopShare).toFixed(2)} %`),
      row('a day of 20 passcodes: awake', ({ day }) => `${grouped(day.awakeSeconds)} s`),
      row(
        'a day of 20 passcodes, estimate',
        ({
          day: {
            microampereHours: { least, most },
          },
        }) => `${grouped(least)} to ${grouped(most)} µAh`,
      ),
    ],
  };
}

/** The same acts on boards of which nothing else was measured. */
function otherBoardsTable(entries: readonly Entry[]): Table {
  return {
    head: ['on other boards', ...entries.flatMap(({ board }) => [`${board}: million instructions`, 'ms'])],
    rows: (Object.keys(ACTS) as Act[]).map(act => [
      ACTS[act],
      ...entries.flatMap(({ acts }) => [million(acts?.[act]), milliseconds(acts?.[act])]),
    ]),
  };
}

/** All tables; none of what was not measured. */
export function virtualBoardTables(): Table[] {
  const entries = ledger();
  const boards = entries.flatMap(({ boardFigures }) => boardFigures ?? []);
  const others = entries.filter(({ acts }) => acts !== undefined);
  return [
    ...(boards.length === 0 ? [] : [actsTable(boards), useTable(boards)]),
    ...(others.length === 0 ? [] : [otherBoardsTable(others)]),
  ];
}
