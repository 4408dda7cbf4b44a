import { html } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { activationStandings, listActivations } from '../../../subjects/enrolment/views.ts';
import { activationTable } from '../kit/activation-table.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { filterForm } from '../kit/search.ts';
import { pager } from '../kit/table.ts';

const text = consoleTexts.activations;

const states = [
  ['', text.anyState],
  ...activationStandings.map(state => [state, text.states[state]] as const),
] as const;

/** Serves the list of all activations, latest first, for the help desk. */
export function serveActivationList(router: ConsoleRouter): void {
  router.page('/activations', 'read', async visit => {
    const chosen = visit.value('state');
    const state = activationStandings.find(one => one === chosen);
    const [id, createdMs] = [visit.value('after'), Number(visit.value('from'))];
    const isFirst = id === '' || !Number.isSafeInteger(createdMs);
    const { activations, next } = await listActivations(visit.management.db, {
      nowMs: router.context.clock(),
      state,
      after: isFirst ? undefined : { id, createdMs },
    });
    const here = (more: Record<string, string | number>) => at('/activations', { state, ...more });
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${filterForm({
  path: '/activations',
  fields: [{ name: 'state', label: text.state, kind: 'select', options: states, value: state ?? '' }],
})}
${activationTable(visit, activations, { isOfOne: false, empty: text.none })}
${pager(next === null ? undefined : here({ after: next.id, from: next.createdMs }), isFirst ? undefined : here({}))}`,
    };
  });
}
