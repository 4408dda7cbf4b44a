import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';

/** One column of a plot: its name, and its parts from below. */
export interface Column {
  readonly name: string;
  readonly parts: readonly number[];
}

/** A plot of columns. */
export interface Plot {
  readonly id: string;
  readonly title: string;
  /**
   * The names of the parts, from below. The first is plain, the second hatched: shape tells them apart, not colour.
   */
  readonly parts: readonly string[];
  /** The kind of the columns: heading of the table's first column. */
  readonly columns: string;
  readonly values: readonly Column[];
  /** Every so many columns one has its name under the axis. */
  readonly every: number;
}

const WIDTH = 340;
const HEIGHT = 150;
const FLOOR = 120;
const CEILING = 14;
const LEFT = 28;

/** Returns a plot: a picture, its legend, and the same as a table for people who cannot see it. */
export function plotMarkup(plot: Plot): Markup {
  const total = plot.values.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part, 0);
  return html`<figure class="plot" aria-labelledby="${plot.id}">
<figcaption id="${plot.id}">${plot.title}</figcaption>
${total === 0 ? html`<p class="empty">${consoleTexts.plots.none}</p>` : drawing(plot)}
</figure>`;
}

function drawing(plot: Plot): Markup {
  const legend = plot.parts.map((part, index) => html`<li class="part-${index}">${part}</li>`);
  return html`${picture(plot)}
${plot.parts.length > 1 ? html`<ul class="legend">${legend}</ul>` : nothing}
<details><summary>${consoleTexts.plots.asTable}<span class="unseen">: ${plot.title}</span></summary>${asTable(plot)}</details>`;
}

function picture({ id, title, values, every }: Plot): Markup {
  const most = Math.max(...values.map(({ parts }) => sum(parts)));
  const step = (WIDTH - LEFT) / values.length;
  const scale = (FLOOR - CEILING) / most;
  const bars = values.map(({ parts }, index) =>
    bar(parts, { x: LEFT + index * step, width: step, scale, id }),
  );
  const names = values.flatMap(({ name }, index) =>
    index % every === 0
      ? [
          html`<text x="${round(LEFT + (index + 0.5) * step)}" y="${FLOOR + 18}" text-anchor="middle">${name}</text>`,
        ]
      : [],
  );
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${consoleTexts.plots.about(title, most)}">
<defs><pattern id="${id}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/><rect class="hatch-line" width="2.5" height="6"/></pattern></defs>
<line class="axis" x1="${LEFT}" y1="${FLOOR}" x2="${WIDTH}" y2="${FLOOR}"/>
<text x="${LEFT - 6}" y="${CEILING + 4}" text-anchor="end">${most}</text><text x="${LEFT - 6}" y="${FLOOR}" text-anchor="end">0</text>
${bars}${names}</svg>`;
}

function bar(
  parts: readonly number[],
  { x, width, scale, id }: { x: number; width: number; scale: number; id: string },
): Markup {
  let below = 0;
  return html`${parts.map((part, index) => {
    const height = part * scale;
    const y = FLOOR - below - height;
    below += height;
    const fill = index === 0 ? nothing : html` fill="url(#${id}-hatch)"`;
    return part === 0
      ? nothing
      : html`<rect class="bar-${index}"${fill} x="${round(x + width * 0.12)}" y="${round(y)}" width="${round(width * 0.76)}" height="${round(height)}"/>`;
  })}`;
}

function asTable({ title, parts, columns, values }: Plot): Markup {
  return html`<table class="small"><caption class="unseen">${title}</caption>
<thead><tr><th scope="col">${columns}</th>${parts.map(part => html`<th scope="col">${part}</th>`)}</tr></thead>
<tbody>${values.map(value => html`<tr><th scope="row">${value.name}</th>${value.parts.map(part => html`<td>${part}</td>`)}</tr>`)}</tbody></table>`;
}

function sum(parts: readonly number[]): number {
  return parts.reduce((total, part) => total + part, 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
