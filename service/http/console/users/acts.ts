import { html } from '../../../base/html.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import type { Action } from '../../../base/permissions.ts';
import type { Result } from '../../../base/results.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { makeTemporaryCode, type TemporaryCode } from '../../../subjects/tokens/codes/temporary-codes.ts';
import { enableUser, unlockUser } from '../../../subjects/users/user-changes.ts';
import { moment, onceShown } from '../../web/parts.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage, refusedPage } from '../kit/router.ts';
import { userOf } from './detail.ts';

const text = consoleTexts.users;

const HOUR_MS = 3_600_000;

/** Serves the one-button actions on a user, and the temporary passcode. */
export function serveUserActs(router: ConsoleRouter): void {
  act(router, 'unlock', 'user.unlock', ({ management, actor }, user) => unlockUser(management, actor, user));
  act(router, 'enable', 'user.enable', ({ management, actor }, user) => enableUser(management, actor, user));
  serveForm(router, codeForm);
}

function act(
  router: ConsoleRouter,
  name: 'unlock' | 'enable',
  action: Action,
  run: (visit: ConsoleContext, user: string) => Promise<Result<unknown>>,
): void {
  router.act(`/user/${name}`, action, async visit => {
    const user = visit.value('user');
    const result = await run(visit, user);
    if (!result.ok) return refusedPage(result.refusal.code, at('/user', { user }));
    router.context.changes.announce();
    return { to: at('/user', { user, done: name }) };
  });
}

const codeForm: FormPage<TemporaryCode> = {
  path: '/user/code',
  action: 'token.temporary-code',
  async view(visit) {
    const user = await userOf(visit);
    if (user === undefined) return { instead: missingPage('unknown_user') };
    return {
      title: text.codeFor(user.name),
      lead: text.codeLead,
      submit: text.makeCode,
      back: at('/user', { user: user.name }),
      fields: [
        { name: 'user', label: '', kind: 'hidden', value: user.name },
        {
          name: 'hours',
          label: text.codeHours,
          kind: 'select',
          value: String(tokenLimits.temporaryCodeMs / HOUR_MS),
          options: text.codeLifetimes,
          faults: ['bad_lifetime'],
        },
      ],
    };
  },
  run: ({ management, actor, value }) =>
    makeTemporaryCode(management, actor, {
      user: value('user'),
      lifetimeMs: Number(value('hours')) * HOUR_MS,
    }),
  done: (visit, { code, expiresMs }) => ({
    title: text.codeMade,
    main: html`${onceShown(text.codeFor(visit.value('user')), `${code.slice(0, 5)} ${code.slice(5)}`, consoleTexts.once)}
<p>${text.codeEnds} ${moment(expiresMs)} UTC.</p>
<p class="next"><a href="${at('/user', { user: visit.value('user') })}">${consoleTexts.back}</a></p>`,
  }),
};
