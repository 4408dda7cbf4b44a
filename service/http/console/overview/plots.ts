import { html, type Markup } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { Numbers } from './numbers.ts';
import { type Column, plotMarkup } from './plot.ts';

const text = consoleTexts.plots;

/** Borders between the columns of the drift plot, in parts per million. */
const DRIFT_BORDERS = [-50, -20, -10, -5, 5, 10, 20, 50] as const;

/** Returns the plots of the dashboard: log-ins by hour and by day, and the drift of the fleet's clocks. */
export function plots({ hours, days, drifts }: Numbers): Markup {
  const outcomes = [text.accepted, text.refused];
  return html`<div class="plots">
${plotMarkup({
  id: 'plot-hours',
  title: text.hours,
  columns: text.hour,
  parts: outcomes,
  every: 6,
  values: hours.map(({ fromMs, accepted, refused }) => ({
    name: new Date(fromMs).toISOString().slice(11, 16),
    parts: [accepted, refused],
  })),
})}
${plotMarkup({
  id: 'plot-days',
  title: text.days,
  columns: text.day,
  parts: outcomes,
  every: 1,
  values: days.map(({ fromMs, accepted, refused }) => ({
    name: new Date(fromMs).toISOString().slice(5, 10),
    parts: [accepted, refused],
  })),
})}
${plotMarkup({
  id: 'plot-drift',
  title: text.drift,
  columns: text.driftColumn,
  parts: [text.fobs],
  every: 2,
  values: driftColumns(drifts),
})}
</div>`;
}

/** Counts the fobs by their drift; the columns at both ends are open. */
export function driftColumns(drifts: readonly number[]): Column[] {
  return Array.from({ length: DRIFT_BORDERS.length + 1 }, (_, index) => {
    const from = DRIFT_BORDERS[index - 1] ?? Number.NEGATIVE_INFINITY;
    const to = DRIFT_BORDERS[index] ?? Number.POSITIVE_INFINITY;
    const count = drifts.filter(drift => drift >= from && drift < to).length;
    return { name: driftName(from, to), parts: [count] };
  });
}

function driftName(from: number, to: number): string {
  if (!Number.isFinite(from)) return `<${to}`;
  return Number.isFinite(to) ? `${from}…${to}` : `≥${from}`;
}
