import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tidy/files.ts';
import { grouped, type Table } from './record.ts';

interface Counts {
  readonly keyDown: number;
  readonly press: number;
  readonly sinceList: number;
  readonly drawingList: number;
  readonly drawingCode: number;
}

interface Measured extends Readonly<Record<string, unknown>> {
  readonly authentiwatchCode?: number;
}

const ROWS = {
  totpHold: 'TOTP, hold',
  totpPress: 'TOTP, short press',
  totpHoldInNewStep: 'TOTP, hold in a new time step',
  totpPressInNewStep: 'TOTP, short press in a new time step',
  hotpHold: 'HOTP, hold',
};

/** The instructions of the real interpreter, as `npm run measure` wrote them into the ledger, beside the reference. */
export function firmwareTable(): Table {
  const ledger = JSON.parse(readFileSync(join(root, 'docs/ledger.json'), 'utf8')) as {
    readonly instructions?: Measured;
  }[];
  const measured = ledger.find(({ instructions }) => instructions !== undefined)?.instructions ?? {};
  const reference = measured.authentiwatchCode;
  const said = (count: number) =>
    reference === undefined
      ? grouped(count)
      : `${grouped(count)} (${((100 * count) / reference).toFixed(1)} %)`;
  const rows = Object.entries(ROWS).flatMap(([name, title]) => {
    const counts = measured[name] as Counts | undefined;
    if (counts === undefined) return [];
    const { keyDown, press, sinceList, drawingList, drawingCode } = counts;
    return [[title, said(keyDown), said(press), said(sinceList), grouped(drawingList), grouped(drawingCode)]];
  });
  const last =
    reference === undefined
      ? []
      : [['reference: `hotp()` of authentiwatch', '', grouped(reference), '', '', '']];
  return {
    head: ['instructions', 'key down', 'press', 'since the list', 'drawing the list', 'drawing the code'],
    rows: [...rows, ...last],
  };
}
