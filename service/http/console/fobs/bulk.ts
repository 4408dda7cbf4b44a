import { consoleTexts } from '../../../base/texts/console.ts';
import { type FobJobKind, startFobJob } from '../../../subjects/jobs/bulk.ts';
import type { JobView } from '../../../subjects/jobs/jobs.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { countFilters, filterNamed, filterText, fobFilters, queryOf } from './filters.ts';

const text = consoleTexts.fobs.bulk;

/** Serves the form that stores one task for every fob of a filter. */
export function serveFobBulk(router: ConsoleRouter): void {
  serveForm(router, form);
}

const form: FormPage<JobView> = {
  path: '/fobs/tasks',
  action: 'job.run',
  async view({ management: { db, clock }, value }) {
    const counts = await countFilters(db, clock());
    return {
      title: text.title,
      lead: text.lead,
      submit: text.submit,
      back: at('/fobs'),
      fields: [
        {
          // This name survives a fresh proof: another selection after it would be a surprise.
          name: 'id',
          label: text.filter,
          kind: 'select',
          value: filterNamed(value('id')),
          options: fobFilters.map(filter => [
            filter,
            text.counted(filterText(filter), counts.get(filter) ?? 0),
          ]),
          faults: ['nothing_to_do', 'too_many_items'],
        },
        { name: 'what', label: text.what, kind: 'select', options: text.kinds },
      ],
    };
  },
  run({ management, actor, value }) {
    const kind: FobJobKind = value('what') === 'require-pin' ? 'require-pin' : 'clock';
    const fobs = queryOf(filterNamed(value('id')), management.clock());
    return startFobJob(management, actor, { kind, fobs });
  },
  done: (_visit, { id }) => ({ to: at('/job', { id, done: 'jobStarted' }) }),
};
