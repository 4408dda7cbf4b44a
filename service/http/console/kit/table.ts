import { html, Markup, nothing } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { consoleTexts } from '../../../base/texts/console.ts';

/** A cell: its column's heading, its value (null: nothing), and whether the value needs no heading. */
export type Cell = readonly [heading: string, value: string | number | Markup | null, bare?: 'bare'];

/** Returns a table whose rows become small cards on narrow pages; the roles keep it a table for screen readers. */
export function table(caption: string, rows: readonly (readonly Cell[])[], empty: string): Markup {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  const headings = rows[0]?.map(([heading]) => heading) ?? [];
  return html`<div class="table"><table role="table">
<caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row">${headings.map(heading => html`<th role="columnheader" scope="col">${heading}</th>`)}</tr></thead>
<tbody role="rowgroup">
${rows.map(row => html`<tr role="row">${row.map(cell)}</tr>\n`)}</tbody>
</table></div>`;
}

function cell([heading, value, bare]: Cell): Markup {
  if (value === null || value === '')
    return html`<td role="cell" class="muted" data-empty>${consoleTexts.nothing}</td>`;
  const label = bare ? nothing : html` data-label="${heading}"`;
  return html`<td role="cell"${label}${wrapping(value)}>${value}</td>`;
}

/**
 * Returns how a cell may be broken across lines: one short word (a serial number, a name, an address) never, and inside
 * of words only where one is long.
 */
function wrapping(value: string | number | Markup): Markup {
  const shown = value instanceof Markup ? value.text.replace(/<[^>]*>/g, '') : String(value);
  const words = shown.trim().split(/\s+/);
  if (words.some(word => word.length > consoleLimits.wordMax)) return html` class="long"`;
  return words.length === 1 ? html` class="word"` : nothing;
}

/** Returns the links to the next and the first page of a list; nothing for a list of one page. */
export function pager(
  next: string | undefined,
  first: string | undefined,
  nextPage: string = consoleTexts.nextPage,
): Markup {
  if (next === undefined && first === undefined) return nothing;
  return html`<nav class="pager" aria-label="${consoleTexts.pages}">${first === undefined ? nothing : html`<a class="button quiet" href="${first}">${consoleTexts.firstPage}</a>`}${next === undefined ? nothing : html`<a class="button quiet" href="${next}">${nextPage}</a>`}</nav>`;
}
