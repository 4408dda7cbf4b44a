import type { FastifyInstance } from 'fastify';
import { html } from '../../base/html.ts';
import { selfServiceLimits } from '../../base/limits/self-service.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import { resyncTokenOfUser } from '../../subjects/tokens/codes/resync.ts';
import { areAllDecimal } from '../../subjects/tokens/passcode-keys.ts';
import { endUserSession } from '../../subjects/users/user-sessions.ts';
import { decideTyped, serviceApplicationNow } from '../login/service-application.ts';
import type { WebContext } from '../web/context.ts';
import { messagePage } from '../web/layout.ts';
import { nameFob, reportFobLost } from './acts.ts';
import { serveAnother } from './another.ts';
import { serveConnect } from './connect-page.ts';
import { serveSelfServiceEntry } from './entry.ts';
import { passcodeField } from './fields.ts';
import { serveFind } from './find.ts';
import { serveFobCare } from './fob-care.ts';
import { serveForgottenPin } from './forgotten-pin.ts';
import { homePage } from './home-page.ts';
import { type Message, missing, SELF_SERVICE, type SelfServicePage, selfServiceForm } from './layout.ts';
import { servePin } from './pin.ts';
import {
  clearUserCookie,
  type SelfServiceContext,
  selfServiceContextOf,
  typedIn,
} from './request-context.ts';
import { makeSelfServiceRouter, type SelfServiceRouter } from './router.ts';
import { fobName, tokensOfUser } from './tokens.ts';

/** Serves the self-service page, under `/me`; complete without scripts. */
export function serveSelfService(app: FastifyInstance, context: WebContext): void {
  serveSelfServiceEntry(app, context);
  serveFind(app, context);
  const router = makeSelfServiceRouter(app, context);
  router.page('', visit => homePage(visit, noticeOf(visit)));
  router.act('/leave', async (visit, reply) => {
    await endUserSession(context.db, visit.session);
    clearUserCookie(context, reply);
    return { to: `${SELF_SERVICE}/sign-in` };
  });
  serveTest(router);
  serveResync(router);
  serveName(router);
  serveLost(router);
  serveAnother(router);
  servePin(router);
  serveFobCare(router);
  serveForgottenPin(router);
  serveConnect(router);
}

const good = (text: string): Message => ({ tone: 'good', text });
const bad = (text: string): Message => ({ tone: 'bad', text });

/** The result of the previous action. Its name is in the address, and unknown names show nothing. */
const notices = {
  named: good(selfServiceTexts.name.done),
  found: good(selfServiceTexts.resync.done),
  'clock-off': good(selfServiceTexts.resync.clockOff),
  lost: good(selfServiceTexts.lost.done),
  asked: good(selfServiceTexts.another.done),
  'pin-set': good(selfServiceTexts.pin.done),
  right: good(selfServiceTexts.test.accepted),
  wrong: bad(selfServiceTexts.test.wrong),
  used: bad(selfServiceTexts.test.used),
  pin: bad(selfServiceTexts.test.pin),
  'pin-due': bad(selfServiceTexts.test.pinDue),
  password: bad(selfServiceTexts.test.password),
  locked: bad(selfServiceTexts.test.locked),
  failed: bad(selfServiceTexts.test.failed),
} as const;

function noticeOf(visit: SelfServiceContext): Message | undefined {
  const name = visit.value('done');
  return Object.hasOwn(notices, name) ? notices[name as keyof typeof notices] : undefined;
}

/**
 * Tries a passcode as in a log-in, so that it reveals no more than a log-in does. The response leads to a page of its
 * own, so that going back does not send the passcode again.
 */
function serveTest(router: SelfServiceRouter): void {
  router.act('/test', async ({ context, request, session: { user } }) => {
    const application = await serviceApplicationNow(context);
    const outcome = application && (await decideTyped(context, application, { ...typedIn(request), user }));
    return { to: `${SELF_SERVICE}?done=${noticeName(outcome)}` };
  });
}

function noticeName(outcome: Outcome | undefined): keyof typeof notices {
  if (outcome === 'accepted') return 'right';
  if (outcome === 'found') return 'found';
  if (outcome === 'replay' || outcome === 'superseded') return 'used';
  if (outcome === 'wrong' || outcome === 'malformed') return 'wrong';
  if (outcome === 'wrong_pin') return 'pin';
  if (outcome === 'wrong_password') return 'password';
  if (outcome === 'new_pin' || outcome === 'pin_change') return 'pin-due';
  return outcome === 'locked' ? 'locked' : 'failed';
}

function serveResync(router: SelfServiceRouter): void {
  const { resync } = selfServiceTexts;
  const page = (visit: SelfServiceContext, isNumber: boolean, message?: Message): SelfServicePage => ({
    title: resync.title,
    ...(message === undefined ? {} : { status: 422 }),
    message,
    main: html`<p class="lead">${resync.formLead}</p>
${selfServiceForm(visit, {
  path: '/resync',
  fields: [passcodeField('first', resync.first, isNumber), passcodeField('second', resync.second, isNumber)],
  submit: resync.submit,
  back: SELF_SERVICE,
})}`,
  });
  const isNumber = ({ management }: SelfServiceContext) => areAllDecimal(management.db);
  router.page('/resync', async visit => page(visit, await isNumber(visit)));
  router.act('/resync', async visit => {
    const result = await resyncTokenOfUser(visit.management, visit.actor, {
      userId: visit.session.userId,
      first: visit.value('first'),
      second: visit.value('second'),
    });
    visit.context.changes.announce();
    if (!result.ok) return page(visit, await isNumber(visit), bad(result.refusal.text));
    return { to: `${SELF_SERVICE}?done=${result.value.clockIsOff ? 'clock-off' : 'found'}` };
  });
}

function serveName(router: SelfServiceRouter): void {
  const { name: text } = selfServiceTexts;
  const page = async (visit: SelfServiceContext, message?: Message): Promise<SelfServicePage> => {
    const fob = visit.value('fob');
    const tokens = await tokensOfUser(visit.context.db, visit.session.userId);
    const own = tokens.find(token => token.fob === fob);
    if (own === undefined) return missing();
    const value = visit.request.method === 'POST' ? visit.value('nickname') : own.nickname;
    return {
      title: text.title,
      ...(message === undefined ? {} : { status: 422 }),
      message,
      main: html`<p class="lead">${text.lead}</p>
${selfServiceForm(visit, {
  path: '/name',
  fields: [
    { name: 'fob', label: '', kind: 'hidden', value: fob },
    {
      name: 'nickname',
      label: text.label,
      hint: text.hint,
      max: selfServiceLimits.nicknameMax,
      optional: true,
      value,
    },
  ],
  submit: text.submit,
  back: SELF_SERVICE,
})}`,
    };
  };
  router.page('/name', visit => page(visit));
  router.act('/name', async visit => {
    const { session } = visit;
    const input = { session, fob: visit.value('fob'), nickname: visit.value('nickname') };
    const result = await nameFob(visit.management, visit.actor, input);
    if (!result.ok) return page(visit, bad(result.refusal.text));
    visit.context.changes.announce();
    return { to: `${SELF_SERVICE}?done=named` };
  });
}

function serveLost(router: SelfServiceRouter): void {
  const { lost: text } = selfServiceTexts;
  router.page('/lost', async visit => {
    const tokens = await tokensOfUser(visit.context.db, visit.session.userId);
    const own = tokens.find(({ serial }) => serial === visit.value('token'));
    if (own === undefined || own.state === 'suspended') return missing();
    const all = tokens.filter(
      ({ serial, fob, state }) =>
        serial === own.serial || (fob !== null && fob === own.fob && state !== 'suspended'),
    );
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead(fobName(own))}</p>
<p>${text.also}</p>
<ul>${all.map(({ name, serial }) => html`<li>${name || serial}</li>`)}</ul>
${selfServiceForm(visit, {
  path: '/lost',
  fields: [{ name: 'token', label: '', kind: 'hidden', value: own.serial }],
  submit: text.submit,
  back: SELF_SERVICE,
  isFinal: true,
})}`,
    };
  });
  router.act('/lost', async (visit, reply) => {
    const { context, session, management, actor } = visit;
    const result = await reportFobLost(management, actor, { session, serial: visit.value('token') });
    context.changes.announce();
    if (!result.ok) {
      const { code, text: reason } = result.refusal;
      const page = await homePage(visit, bad(code === 'last_admin' ? text.lastAdmin : reason));
      return { ...page, status: 422 };
    }
    // Losing the last fob ends the session, too.
    if ((await selfServiceContextOf(context, visit.request)) !== undefined)
      return { to: `${SELF_SERVICE}?done=lost` };
    clearUserCookie(context, reply);
    return { document: messagePage(text.doneTitle, text.doneLead, undefined, visit.service) };
  });
}
