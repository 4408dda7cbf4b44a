import { consoleTexts } from '../../../base/texts/console.ts';
import { repairLastSteps } from '../../../subjects/tokens/codes/repair.ts';
import { serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleRouter } from '../kit/router.ts';

const text = consoleTexts.tokens;

/** Serves the form that repairs all tokens: it is about no single one. */
export function serveRepairAll(router: ConsoleRouter): void {
  serveForm(router, {
    path: '/tokens/repair-last-steps',
    action: 'token.repair-last-step',
    view: async () => ({
      title: text.repairAll,
      lead: text.repairAllLead,
      fields: [],
      submit: text.repairAll,
      isFinal: true,
      back: at('/alerts'),
    }),
    run: ({ management, actor }) => repairLastSteps(management, actor),
    done: () => ({ to: at('/tokens', { done: 'allRepaired' }) }),
  });
}
