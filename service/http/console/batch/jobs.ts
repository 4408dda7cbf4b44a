import { html, type Markup, nothing } from '../../../base/html.ts';
import { administrationLimits } from '../../../base/limits/administration.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { tokenTexts } from '../../../base/texts/tokens.ts';
import {
  cancelJob,
  type JobItemView,
  type JobView,
  listJobItems,
  listJobs,
  pauseJob,
  resumeJob,
  viewJob,
} from '../../../subjects/jobs/jobs.ts';
import { actions, badge, facts, moment, section } from '../../web/parts.ts';
import { actionsOn } from '../kit/acts.ts';
import type { ConsolePage } from '../kit/layout.ts';
import { jobBadge } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';
import { type Cell, pager, table } from '../kit/table.ts';

const text = consoleTexts.jobs;

/** Serves the list of jobs, and one job with its progress, which is updated live. */
export function serveJobs(router: ConsoleRouter): void {
  router.page('/jobs', 'read', async visit => {
    const jobs = await listJobs(visit.management.db);
    return {
      title: text.title,
      main: html``,
      live: { markup: table(text.title, jobs.map(jobRow), text.none), summary: '' },
    };
  });
  router.page('/job', 'read', jobPage);
}

async function jobPage(visit: ConsoleContext): Promise<ConsolePage> {
  const { db } = visit.management;
  const id = visit.value('id');
  const found = await viewJob(db, id);
  if (!found.ok) return missingPage(found.refusal.code);
  const job = found.value;
  const after = Number(visit.value('after') || -1);
  const items = await listJobItems(db, {
    id,
    after,
    state: 'refused',
    rows: administrationLimits.pageRowsDefault,
  });
  const refusals = items.ok ? items.value : [];
  const last = refusals.length === administrationLimits.pageRowsDefault ? refusals.at(-1)?.number : undefined;
  const markup = html`${progress(job)}
${section(
  'refusals',
  text.refusals,
  html`${table(text.refusals, refusals.map(itemRow), text.noRefusals)}
${pager(last === undefined ? undefined : at('/job', { id, after: last }), after < 0 ? undefined : at('/job', { id }))}`,
)}`;
  const { title } = job;
  const main = controls(visit, job);
  // A finished job does not change any more.
  return isOver(job)
    ? { title, main: html`${main}${markup}` }
    : { title, main, live: { markup, summary: summaryOf(job) } };
}

function isOver({ state }: JobView): boolean {
  return state === 'done' || state === 'cancelled';
}

function controls(visit: ConsoleContext, job: JobView): Markup {
  if (isOver(job)) return nothing;
  const isPaused = job.state === 'paused';
  return actions(
    actionsOn(visit, job.id, [
      [resumeJob, isPaused],
      [pauseJob, !isPaused],
      [cancelJob, true],
    ]),
  );
}

function progress(job: JobView): Markup {
  const made = job.done + job.refused;
  return html`<div class="progress"><label for="progress">${summaryOf(job)}</label>
<progress id="progress" max="${job.total}" value="${made}">${made} / ${job.total}</progress></div>
${facts([
  [text.state, jobBadge(job.state)],
  [text.total, job.total],
  [text.done, job.done],
  [text.refused, job.refused],
  [text.actor, job.actor],
  [text.created, moment(job.createdMs)],
  [text.changed, moment(job.changedMs)],
])}`;
}

function summaryOf(job: JobView): string {
  return text.summary(tokenTexts.jobs.states[job.state], job.done + job.refused, job.total);
}

function jobRow(job: JobView): readonly Cell[] {
  return [
    [text.name, html`<a href="${at('/job', { id: job.id })}">${job.title}</a>`, 'bare'],
    [text.state, jobBadge(job.state), 'bare'],
    [text.progress, `${job.done + job.refused} / ${job.total}`],
    [text.refused, job.refused],
    [text.actor, job.actor],
    [text.created, moment(job.createdMs)],
  ];
}

function itemRow(item: JobItemView): readonly Cell[] {
  return [
    [text.subject, html`<strong>${item.subject}</strong>`, 'bare'],
    [text.state, badge('bad', tokenTexts.jobs.items[item.state]), 'bare'],
    [text.why, item.message],
  ];
}
