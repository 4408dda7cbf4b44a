import { html } from '../../base/html.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import { requestFob } from '../../subjects/enrolment/requests.ts';
import { homePage } from './home-page.ts';
import { missing, SELF_SERVICE, selfServiceForm } from './layout.ts';
import type { SelfServiceRouter } from './router.ts';
import { fobName, tokensOfUser } from './tokens.ts';

/** A user asks; nothing is issued before an administrator agrees. */
export function serveAnother(router: SelfServiceRouter): void {
  const { another: text } = selfServiceTexts;
  router.page('/another', async visit => {
    const tokens = await tokensOfUser(visit.context.db, visit.session.userId);
    const own = tokens.find(({ serial }) => serial === visit.value('token'));
    if (own === undefined) return missing();
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${selfServiceForm(visit, {
  path: '/another',
  fields: [
    {
      name: 'replaces',
      label: text.reason,
      kind: 'select',
      options: [
        ['', text.spare],
        [own.serial, text.replacement(fobName(own))],
      ],
    },
  ],
  submit: text.submit,
  back: SELF_SERVICE,
})}`,
    };
  });
  router.act('/another', async visit => {
    const { session, management, actor } = visit;
    const replaces = visit.value('replaces') || undefined;
    const result = await requestFob(management, actor, { user: session.user, replaces });
    if (!result.ok)
      return { ...(await homePage(visit, { tone: 'bad', text: result.refusal.text })), status: 422 };
    visit.context.changes.announce();
    return { to: `${SELF_SERVICE}?done=asked` };
  });
}
