import { htmlEscape } from 'escape-goat';
import { writeCsv } from './csv-text.ts';
import type { Ledger } from './ledger.ts';
import type { PlanRow } from './plan.ts';
import type { FobResult } from './run.ts';

/** The result of one row of the plan. Contains no secret. */
export interface ReportRow {
  readonly line: number;
  readonly state: 'done' | 'failed' | 'begun' | 'waiting';
  readonly serial: string;
  readonly issuer: string;
  readonly label: string;
  readonly user: string;
  readonly upn: string;
  /** Id of the account on the fob, 8 hex digits. */
  readonly accountId: string;
  /** ISO 8601. */
  readonly changed: string;
  /** Why the last attempt with its fob failed. */
  readonly problem: string;
}

/** Returns one row for each row of the plan, in its order, from the journal and this run. */
export function reportRows(ledger: Ledger, results: readonly FobResult[]): ReportRow[] {
  const problems = new Map(
    results.flatMap(({ serial, error }) => (serial && error ? [[serial, error.message] as const] : [])),
  );
  return ledger.plan.rows.map(row => {
    const held = ledger.rowOf(row.key);
    const serial = held?.serial ?? row.serial ?? '';
    const isDone = held?.state === 'done';
    const problem = isDone ? '' : (problems.get(serial) ?? '');
    return {
      line: row.line,
      state: isDone ? 'done' : problem ? 'failed' : held ? 'begun' : 'waiting',
      serial,
      ...namesOf(row),
      accountId: held?.accountId ?? '',
      changed: held ? new Date(held.changedMs).toISOString() : '',
      problem,
    };
  });
}

function namesOf({ issuer, label, user, upn, source }: PlanRow) {
  return { issuer, label: label || (source.from === 'generate' ? source.label : ''), user, upn };
}

const COLUMNS = [
  ...['line', 'state', 'serial', 'issuer', 'label', 'user', 'upn', 'accountId', 'changed', 'problem'],
] as const as readonly (keyof ReportRow)[];

/** The writers of the report by file type. */
export const REPORT_WRITERS = {
  csv: (rows: readonly ReportRow[]) =>
    writeCsv([COLUMNS, ...rows.map(row => COLUMNS.map(column => String(row[column])))]),
  json: (rows: readonly ReportRow[]) => `${JSON.stringify({ rows }, undefined, 2)}\n`,
  html: htmlReport,
} as const;

export type ReportFormat = keyof typeof REPORT_WRITERS;

/** Returns a self-contained page without scripts. */
function htmlReport(rows: readonly ReportRow[]): string {
  const count = (state: ReportRow['state']) => rows.filter(row => row.state === state).length;
  const cells = (tag: 'th' | 'td', texts: readonly string[]) =>
    texts.map(text => `<${tag}>${htmlEscape(text)}</${tag}>`).join('');
  const line = (row: ReportRow) =>
    `<tr class="${row.state}">${cells(
      'td',
      COLUMNS.map(column => String(row[column])),
    )}</tr>`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Batch report</title>
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{font:14px sans-serif;margin:2em}table{border-collapse:collapse}th,td{border:1px solid #999;padding:.3em .6em;
text-align:left}.failed,.begun{font-weight:bold}</style>
<h1>Batch report</h1>
<p>${count('done')} done, ${count('failed')} failed, ${count('begun')} begun, ${count('waiting')} waiting.</p>
<table><thead><tr>${cells('th', COLUMNS)}</tr></thead><tbody>
${rows.map(line).join('\n')}
</tbody></table></html>
`;
}
