import { tokenLimits } from '../../../base/limits/tokens.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { assignToken } from '../../../subjects/tokens/acts.ts';
import { serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';
import { userOf } from './detail.ts';

const text = consoleTexts.users;

/** Serves the form that gives a token to the user in the address. */
export function serveAssigning(router: ConsoleRouter): void {
  serveForm(router, {
    path: '/user/assign',
    action: assignToken.row.permission,
    async view(visit) {
      const user = await userOf(visit);
      if (user === undefined) return { instead: missingPage('unknown_user') };
      return {
        title: text.assignTo(user.name),
        submit: text.assign,
        back: at('/user', { user: user.name }),
        fields: [
          { name: 'user', label: '', kind: 'hidden', value: user.name },
          {
            name: 'serial',
            label: consoleTexts.tokens.serial,
            hint: text.assignHint,
            max: tokenLimits.serialMax,
            faults: ['unknown_serial', 'bad_transition', 'reserved_for_another', 'too_many_tokens'],
          },
        ],
      };
    },
    run: ({ management, actor, value }) =>
      assignToken(management, actor, { serial: value('serial').trim(), user: value('user') }),
    done: ({ value }) => ({ to: at('/user', { user: value('user'), done: 'assigned' }) }),
  });
}
