import { html, type Markup, nothing, type Tone } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { JobView } from '../../../subjects/jobs/jobs.ts';
import type { ImportPlan, ImportRowState, PlannedRow } from '../../../subjects/tokens/import/plan.ts';
import { actions, badge, facts } from '../../web/parts.ts';
import type { ConsolePage } from '../kit/layout.ts';
import { actButton } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type Cell, table } from '../kit/table.ts';

const text = consoleTexts.imports;

const tones: Readonly<Record<ImportRowState, Tone>> = {
  ok: 'good',
  present: 'plain',
  skipped: 'plain',
  refused: 'bad',
};

/** Returns the dry run of an import: the outcome of every row and why, and the job that waits for confirmation. */
export function planPage(
  visit: ConsoleContext,
  { counts, rows }: ImportPlan,
  job: JobView | undefined,
): ConsolePage {
  const states = Object.keys(tones) as ImportRowState[];
  // Rows that need attention come first.
  const shown = [...rows]
    .sort((one, other) => order(one) - order(other))
    .slice(0, consoleLimits.planRowsShown);
  return {
    title: text.planTitle,
    main: html`<p class="lead" role="status">${job === undefined ? text.nothing : text.planLead(counts.ok)}</p>
${facts(states.map(state => [text.states[state], counts[state]]))}
${job === undefined ? again : decide(visit, job, counts.ok)}
<h2>${text.rows}</h2>
${rows.length > shown.length ? html`<p>${text.shown(shown.length, rows.length)}</p>` : nothing}
${table(text.rows, shown.map(row), text.nothing)}`,
  };
}

const again = html`<p class="next"><a href="${at('/import')}">${text.another}</a></p>`;

function decide(visit: ConsoleContext, { id }: JobView, count: number): Markup {
  return actions([
    actButton(visit, '/job/resume', { id }, text.start(count)),
    actButton(visit, '/job/cancel', { id }, text.discard),
  ]);
}

function order({ state }: PlannedRow): number {
  return ['refused', 'skipped', 'ok', 'present'].indexOf(state);
}

function row(one: PlannedRow): readonly Cell[] {
  const why = [one.reason, one.next, ...one.warnings].filter(Boolean).join(' ');
  return [
    [text.place, one.place, 'bare'],
    [text.result, badge(tones[one.state], text.states[one.state]), 'bare'],
    [consoleTexts.tokens.serial, one.serial],
    [consoleTexts.users.name, one.user],
    [consoleTexts.tokens.label, [one.issuer, one.label].filter(Boolean).join(': ')],
    [text.why, why],
  ];
}
