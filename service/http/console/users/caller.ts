import { html, nothing, type Tone } from '../../../base/html.ts';
import { pushConsoleTexts as text } from '../../../base/texts/push.ts';
import type { CallerState } from '../../../subjects/push/caller-result.ts';
import { callerCheck, checkCaller } from '../../../subjects/push/callers/check.ts';
import { openStates } from '../../../subjects/push/rows.ts';
import { actions, badge, facts, moment } from '../../web/parts.ts';
import { actButton, userLink } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import { type ConsoleRouter, refusedPage } from '../kit/router.ts';

const tones: Readonly<Record<CallerState, Tone>> = {
  waiting: 'plain',
  sent: 'plain',
  shown: 'warn',
  approved: 'good',
  denied: 'bad',
  reported: 'bad',
  failed: 'warn',
  superseded: 'warn',
  expired: 'warn',
};

/**
 * Serves checks of callers: the help desk sends a request to the caller's fob, reads the number to the caller, and
 * sees the result.
 */
export function serveCallerChecks(router: ConsoleRouter): void {
  router.act('/user/caller', 'user.check-caller', async visit => {
    const user = visit.value('user');
    const made = await checkCaller(visit.management, visit.actor, { user });
    if (!made.ok) return refusedPage(made.refusal.code, at('/user', { user }));
    router.context.changes.announce();
    return { to: at('/user/caller', { user, id: made.value.id }) };
  });
  router.page('/user/caller', 'read', async visit => {
    const [user, id] = [visit.value('user'), visit.value('id')];
    const found = await callerCheck(router.context.db, { user, id }, router.context.clock());
    if (!found.ok) return refusedPage(found.refusal.code, at('/user', { user }));
    const { state, number, expiresMs, isConnected } = found.value;
    const isOpen = openStates.some(open => open === state);
    return {
      title: text.title(user),
      main: html`<p>${text.lead}</p>`,
      live: {
        summary: text.states[state],
        markup: html`${facts([
          [text.number, html`<strong class="number">${number}</strong>`],
          [text.state, badge(tones[state], text.states[state])],
          [text.ends, html`${moment(expiresMs)} UTC`],
          [text.user, userLink(user)],
        ])}
<p>${isOpen && !isConnected ? text.notConnected : text.next[state]}</p>
${
  !isOpen && visit.may('user.check-caller')
    ? actions([actButton(visit, '/user/caller', { user }, text.again)])
    : nothing
}`,
      },
    };
  });
}
