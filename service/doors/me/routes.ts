import type { FastifyInstance } from 'fastify';
import { html } from '../../base/html.ts';
import { meLimits } from '../../base/limits/me.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { meTexts } from '../../base/texts/me.ts';
import { texts } from '../../base/texts/texts.ts';
import { resyncOwnToken } from '../../features/tokens/codes/resync.ts';
import { areAllDecimal } from '../../features/tokens/passcode-keys.ts';
import { endUserSession } from '../../features/users/user-sessions.ts';
import { decideTyped, ownApplicationNow } from '../login/own-application.ts';
import type { WebContext } from '../web/context.ts';
import { messagePage } from '../web/layout.ts';
import { statusOf } from '../web/problems.ts';
import { nameOwnFob, reportOwnLost } from './acts.ts';
import { makeOwnDesk, type OwnDesk } from './desk.ts';
import { serveOwnEntry } from './entry.ts';
import { passcodeField } from './fields.ts';
import { serveFind } from './find.ts';
import { fobName, homePage } from './home-page.ts';
import { ME, type Message, type OwnPage, ownForm } from './layout.ts';
import { ownTokens } from './own.ts';
import { serveOwnPin } from './pin.ts';
import { type OwnVisit, ownVisitOf, takeUserCookie, typedIn } from './visit.ts';

/** The users' own page, under `/me`; complete without scripts. */
export function serveMe(app: FastifyInstance, context: WebContext): void {
  serveOwnEntry(app, context);
  serveFind(app, context);
  const desk = makeOwnDesk(app, context);
  desk.page('', visit => homePage(visit, noticeOf(visit)));
  desk.act('/leave', async (visit, reply) => {
    await endUserSession(context.db, visit.session);
    takeUserCookie(context, reply);
    return { to: `${ME}/sign-in` };
  });
  serveTest(desk);
  serveResync(desk);
  serveName(desk);
  serveLost(desk);
  serveOwnPin(desk);
}

const good = (text: string): Message => ({ tone: 'good', text });
const bad = (text: string): Message => ({ tone: 'bad', text });

/** What the act before came to: its name is in the address, and only known names say anything. */
const notices = {
  named: good(meTexts.name.done),
  found: good(meTexts.resync.done),
  'clock-off': good(meTexts.resync.clockOff),
  lost: good(meTexts.lost.done),
  'pin-set': good(meTexts.pin.done),
  right: good(meTexts.test.accepted),
  wrong: bad(meTexts.test.wrong),
  used: bad(meTexts.test.used),
  pin: bad(meTexts.test.pin),
  'pin-due': bad(meTexts.test.pinDue),
  password: bad(meTexts.test.password),
  locked: bad(meTexts.test.locked),
  failed: bad(meTexts.test.failed),
} as const;

function noticeOf(visit: OwnVisit): Message | undefined {
  const name = visit.value('done');
  return Object.hasOwn(notices, name) ? notices[name as keyof typeof notices] : undefined;
}

/**
 * Tries a passcode as a log-in would show it, so that it tells nobody more than a log-in does. The answer leads to a page of its
 * own, so that going back sends no passcode again.
 */
function serveTest(desk: OwnDesk): void {
  desk.act('/test', async ({ context, request, session: { user } }) => {
    const application = await ownApplicationNow(context);
    const outcome = application && (await decideTyped(context, application, { ...typedIn(request), user }));
    return { to: `${ME}?done=${noticeName(outcome)}` };
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

function serveResync(desk: OwnDesk): void {
  const { resync } = meTexts;
  const page = (visit: OwnVisit, isNumber: boolean, message?: Message): OwnPage => ({
    title: resync.title,
    ...(message === undefined ? {} : { status: 422 }),
    message,
    main: html`<p class="lead">${resync.formLead}</p>
${ownForm(visit, {
  path: '/resync',
  fields: [passcodeField('first', resync.first, isNumber), passcodeField('second', resync.second, isNumber)],
  submit: resync.submit,
  back: ME,
})}`,
  });
  const isNumber = ({ management }: OwnVisit) => areAllDecimal(management.db);
  desk.page('/resync', async visit => page(visit, await isNumber(visit)));
  desk.act('/resync', async visit => {
    const result = await resyncOwnToken(visit.management, visit.actor, {
      userId: visit.session.userId,
      first: visit.value('first'),
      second: visit.value('second'),
    });
    visit.context.changes.announce();
    if (!result.ok) return page(visit, await isNumber(visit), bad(result.refusal.text));
    return { to: `${ME}?done=${result.value.clockIsOff ? 'clock-off' : 'found'}` };
  });
}

function serveName(desk: OwnDesk): void {
  const { name: text } = meTexts;
  const page = async (visit: OwnVisit, message?: Message): Promise<OwnPage> => {
    const fob = visit.value('fob');
    const tokens = await ownTokens(visit.context.db, visit.session.userId);
    const own = tokens.find(token => token.fob === fob);
    if (own === undefined) return missing();
    const value = visit.request.method === 'POST' ? visit.value('nickname') : own.nickname;
    return {
      title: text.title,
      ...(message === undefined ? {} : { status: 422 }),
      message,
      main: html`<p class="lead">${text.lead}</p>
${ownForm(visit, {
  path: '/name',
  fields: [
    { name: 'fob', label: '', kind: 'hidden', value: fob },
    {
      name: 'nickname',
      label: text.label,
      hint: text.hint,
      max: meLimits.nicknameMax,
      optional: true,
      value,
    },
  ],
  submit: text.submit,
  back: ME,
})}`,
    };
  };
  desk.page('/name', visit => page(visit));
  desk.act('/name', async visit => {
    const { session } = visit;
    const input = { session, fob: visit.value('fob'), nickname: visit.value('nickname') };
    const result = await nameOwnFob(visit.management, visit.actor, input);
    if (!result.ok) return page(visit, bad(result.refusal.text));
    visit.context.changes.announce();
    return { to: `${ME}?done=named` };
  });
}

function serveLost(desk: OwnDesk): void {
  const { lost: text } = meTexts;
  desk.page('/lost', async visit => {
    const tokens = await ownTokens(visit.context.db, visit.session.userId);
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
${ownForm(visit, {
  path: '/lost',
  fields: [{ name: 'token', label: '', kind: 'hidden', value: own.serial }],
  submit: text.submit,
  back: ME,
  isFinal: true,
})}`,
    };
  });
  desk.act('/lost', async (visit, reply) => {
    const { context, session, management, actor } = visit;
    const result = await reportOwnLost(management, actor, { session, serial: visit.value('token') });
    context.changes.announce();
    if (!result.ok) {
      const { code, text: reason } = result.refusal;
      const page = await homePage(visit, bad(code === 'last_admin' ? text.lastAdmin : reason));
      return { ...page, status: 422 };
    }
    // With the last fob the session is gone too.
    if ((await ownVisitOf(context, visit.request)) !== undefined) return { to: `${ME}?done=lost` };
    takeUserCookie(context, reply);
    return { document: messagePage(text.doneTitle, text.doneLead) };
  });
}

function missing(): OwnPage {
  const { title, detail } = texts.problems.not_found;
  return {
    title,
    status: statusOf('not_found'),
    main: html`<p class="lead">${detail}</p><p class="next"><a href="${ME}">${meTexts.back}</a></p>`,
  };
}
