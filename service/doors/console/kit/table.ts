import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { consoleTexts } from '../../../base/texts/console.ts';

/** A cell: its column's heading, what stands in it (null: nothing), and whether it speaks for itself without the heading. */
export type Cell = readonly [heading: string, value: string | number | Markup | null, bare?: 'bare'];

/** A table whose rows become small cards where the page is narrow; the roles keep it a table for screen readers. */
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
  if (bare) return html`<td role="cell">${value}</td>`;
  return html`<td role="cell" data-label="${heading}"${isWord(value) ? html` class="word"` : nothing}>${value}</td>`;
}

/** A short word or address is not to be broken, whatever the width of its column. */
function isWord(value: string | number | Markup): boolean {
  return typeof value === 'string' && value.length <= consoleLimits.wordMax && !/\s/.test(value);
}

/** The way to the next page of a list; nothing on the last one. */
export function pager(next: string | undefined, first: string | undefined): Markup {
  if (next === undefined && first === undefined) return nothing;
  return html`<nav class="pager" aria-label="${consoleTexts.pages}">${first === undefined ? nothing : html`<a class="button quiet" href="${first}">${consoleTexts.firstPage}</a>`}${next === undefined ? nothing : html`<a class="button quiet" href="${next}">${consoleTexts.nextPage}</a>`}</nav>`;
}
