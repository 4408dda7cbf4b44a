import { html, type Markup, nothing } from '../../../base/html.ts';
import { careLimits } from '../../../base/limits/care.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import { type CaredFobView, listCaredFobs } from '../../../subjects/care/views.ts';
import { actionLink, actions, badge, moment, momentOr } from '../../web/parts.ts';
import { fobLink } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { type Cell, pager, table } from '../kit/table.ts';
import { countFilters, type FobFilter, filterNamed, filterText, fobFilters, queryOf } from './filters.ts';
import { lifeBadge } from './parts.ts';

const text = consoleTexts.fobs;

/** Serves the list of the fobs that the service owns, with filters and how many fobs each of them shows. */
export function serveFobs(router: ConsoleRouter): void {
  router.page('/fobs', 'read', async visit => {
    const { db, clock } = visit.management;
    const after = visit.value('after');
    const filter = filterNamed(visit.value('show'));
    const nowMs = clock();
    const { fobs, next } = await listCaredFobs(db, { ...queryOf(filter, nowMs), after });
    const counts = await countFilters(db, nowMs);
    const show = filter === 'all' ? undefined : filter;
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${actions([
  visit.may('token.import') ? actionLink(at('/import'), text.register) : nothing,
  visit.may('job.run') && fobs.length > 0
    ? actionLink(at('/fobs/tasks', { id: filter }), text.bulk.open)
    : nothing,
])}
${filterLinks(filter, counts)}
${table(text.title, fobs.map(row), filter === 'all' ? text.none : text.noneShown)}
${pager(
  next === null ? undefined : at('/fobs', { show, after: next }),
  after === '' ? undefined : at('/fobs', { show }),
)}`,
    };
  });
}

function filterLinks(shown: FobFilter, counts: ReadonlyMap<FobFilter, number>): Markup {
  const links = fobFilters.map(filter => {
    const isShown = filter === shown;
    const path = at('/fobs', { show: filter === 'all' ? undefined : filter });
    return html`<li><a href="${path}"${isShown ? html` aria-current="true"` : nothing}><strong>${counts.get(filter) ?? 0}</strong> ${filterText(filter)}${isShown ? html` (${text.shown})` : nothing}</a></li>`;
  });
  return html`<nav aria-label="${text.filter}"><ul class="numbers">${links}</ul></nav>`;
}

function row(fob: CaredFobView): readonly Cell[] {
  const { clock, lastSeen } = fob;
  return [
    [text.serial, html`<strong>${fobLink(fob.serial)}</strong>`, 'bare'],
    [text.state, lifeBadge(fob.state), 'bare'],
    [text.clock, clockBadge(fob), 'bare'],
    [text.battery, batteryOf(fob)],
    [text.openTasks, fob.openTasks],
    [text.lastSeen, momentOr(lastSeen?.atMs ?? null, texts.operator.never)],
    [text.setAt, momentOr(clock?.setMs ?? null, texts.operator.never)],
    [text.error, clock?.errorMs == null ? null : text.seconds(clock.errorMs / 1000)],
    [text.drift, clock?.driftPpm == null ? null : text.ppm(clock.driftPpm)],
    [text.board, fob.board],
    [text.firmware, fob.firmware],
    [text.created, moment(fob.createdMs)],
  ];
}

/** Returns the state of a fob's clock when it was last seen, in a word. */
export function clockBadge({ clock, clockState }: CaredFobView): Markup {
  const drift = clock?.driftPpm ?? 0;
  if (clockState === 'unset') return badge('bad', text.isUnset);
  if (clockState === 'stale') return badge('warn', text.isStale);
  if (clockState === null && clock === null) return badge('warn', text.neverSet);
  return Math.abs(drift) > consoleLimits.driftFarPpm ? badge('warn', text.isFar) : badge('good', text.isSet);
}

/** Returns the charge of a fob's battery; null if it is not known. A low one is named so. */
export function batteryOf({ batteryPercent }: CaredFobView): Markup | string | null {
  if (batteryPercent === null) return null;
  const percent = text.percent(batteryPercent);
  return batteryPercent <= careLimits.batteryLowPercent
    ? html`${percent} ${badge('warn', text.filters.battery)}`
    : percent;
}
