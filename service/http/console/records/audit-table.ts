import { html, type Markup } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { AuditView } from '../../../subjects/audit/list.ts';
import { moment } from '../../web/parts.ts';
import { type Cell, table } from '../kit/table.ts';
import { detailMarkup } from './audit-detail.ts';

const text = consoleTexts.audit;

/** Returns a table of audit rows. */
export function auditTable(rows: readonly AuditView[], caption: string): Markup {
  return table(
    caption,
    rows.map((row): readonly Cell[] => [
      [text.time, moment(row.atMs), 'bare'],
      [text.action, html`<strong>${row.action}</strong>`, 'bare'],
      [text.actor, row.actor],
      [text.subject, row.subject],
      [text.detail, detailMarkup(row.detail)],
      [text.source, row.source],
    ]),
    text.none,
  );
}
