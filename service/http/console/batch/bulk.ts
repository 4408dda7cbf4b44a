import { consoleLimits } from '../../../base/limits/console.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { RevokedReason } from '../../../base/token-states.ts';
import { startActivating, startAssigning, startBulk } from '../../../subjects/jobs/bulk.ts';
import type { JobView } from '../../../subjects/jobs/jobs.ts';
import { reason, reasonOptions } from '../../../subjects/tokens/acts.ts';
import { ownsAnyFob } from '../../../subjects/tokens/fobs.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import type { ConsoleRouter } from '../kit/router.ts';

const text = consoleTexts.bulk;

/** Serves actions on many tokens, by a pasted list. */
export function serveBulk(router: ConsoleRouter): void {
  serveForm(router, {
    ...bulkForm,
    done: (_context, { id }) => {
      router.context.wakeJobs();
      return { to: at('/job', { id, done: 'jobStarted' }) };
    },
  });
}

const bulkForm: Omit<FormPage<JobView>, 'done'> = {
  path: '/bulk',
  action: 'job.run',
  bodyLimit: consoleLimits.listBodyMaxBytes,
  async view({ management }) {
    return {
      title: text.title,
      lead: text.lead,
      submit: text.submit,
      isFinal: true,
      back: at('/tokens'),
      fields: [
        { name: 'what', label: text.what, kind: 'select', options: text.kinds },
        {
          name: 'reason',
          label: reason.control.label,
          hint: text.reasonHint,
          kind: 'select',
          options: reasonOptions,
          faults: ['bad_reason'],
        },
        {
          name: 'fobs',
          label: consoleTexts.activations.fobs,
          hint: text.fobsHint,
          kind: 'select',
          options: consoleTexts.activations.fobsOptions,
          value: (await ownsAnyFob(management.db)) ? 'owned' : 'any',
        },
        {
          name: 'list',
          label: text.list,
          hint: text.listHint,
          kind: 'list',
          faults: ['nothing_to_do', 'too_many_items', 'bad_table'],
        },
      ],
    };
  },
  run: startTyped,
};

function startTyped({ management, actor, value }: ConsoleContext) {
  const list = value('list');
  const what = value('what');
  if (what === 'assign') return startAssigning(management, actor, { table: list });
  if (what === 'activate')
    return startActivating(management, actor, {
      table: list,
      fobs: value('fobs') === 'any' ? 'any' : 'owned',
    });
  const serials = list.split(/[\s,;]+/).filter(Boolean);
  if (what === 'revoke')
    return startBulk(management, actor, {
      kind: 'revoke',
      serials,
      reason: value('reason') as RevokedReason,
    });
  return startBulk(management, actor, { kind: what === 'unassign' ? 'unassign' : 'suspend', serials });
}
