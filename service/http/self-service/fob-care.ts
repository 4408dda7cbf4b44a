import { html } from '../../base/html.ts';
import { careLimits } from '../../base/limits/care.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import { renameAccount, setClock } from '../../subjects/care/task-acts.ts';
import { accountsOfUser } from './care-parts.ts';
import { fobOfUser, isInUse } from './fob-of.ts';
import { homePage } from './home-page.ts';
import { missing, SELF_SERVICE, type SelfServicePage, selfServiceForm } from './layout.ts';
import type { SelfServiceContext } from './request-context.ts';
import type { SelfServiceRouter } from './router.ts';

/** Serves the acts on a fob that need no more proof than the session: its clock, and the names of its accounts. */
export function serveFobCare(router: SelfServiceRouter): void {
  router.act('/clock', async visit => {
    const serial = visit.value('fob');
    const fob = await fobOfUser(visit, serial);
    if (fob === undefined || !isInUse(fob)) return missing();
    const result = await setClock(visit.management, visit.actor, { serial });
    visit.context.changes.announce();
    if (!result.ok) {
      const page = await homePage(visit, { tone: 'bad', text: result.refusal.text });
      return { ...page, status: 422 };
    }
    return { to: `${SELF_SERVICE}/connect?done=clock` };
  });
  router.page('/account', visit => accountPage(visit));
  router.act('/account', async visit => {
    const serial = visit.value('fob');
    const account = visit.value('account');
    if ((await accountOf(visit)) === undefined) return missing();
    const names = { issuer: visit.value('issuer'), label: visit.value('label') };
    const result = await renameAccount(visit.management, visit.actor, { serial, account, ...names });
    if (!result.ok) return accountPage(visit, result.refusal.text);
    visit.context.changes.announce();
    return { to: `${SELF_SERVICE}/connect?done=account` };
  });
}

/** Returns the account of a request, if it is one of the user's own. */
async function accountOf(visit: SelfServiceContext) {
  const fob = await fobOfUser(visit, visit.value('fob'));
  if (fob === undefined || !isInUse(fob)) return undefined;
  return accountsOfUser(fob).find(({ account }) => account === visit.value('account'));
}

async function accountPage(visit: SelfServiceContext, problem?: string): Promise<SelfServicePage> {
  const { account: text } = selfServiceTexts;
  const own = await accountOf(visit);
  if (own === undefined) return missing();
  const { issuer, label } = problem === undefined ? own : typedNames(visit);
  const max = careLimits.accountNameBytes;
  return {
    title: text.title,
    ...(problem !== undefined && { status: 422, message: { tone: 'bad', text: problem } }),
    main: html`<p class="lead">${text.lead}</p>
${selfServiceForm(visit, {
  path: '/account',
  fields: [
    { name: 'fob', label: '', kind: 'hidden', value: visit.value('fob') },
    { name: 'account', label: '', kind: 'hidden', value: own.account },
    { name: 'issuer', label: text.issuer, max, optional: true, value: issuer },
    { name: 'label', label: text.label, max, value: label },
  ],
  submit: text.submit,
  back: SELF_SERVICE,
})}`,
  };
}

function typedNames(visit: SelfServiceContext) {
  return { issuer: visit.value('issuer'), label: visit.value('label') };
}
