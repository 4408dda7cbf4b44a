import { html, type Markup, nothing } from '../../base/html.ts';
import type { Factors } from '../../base/kinds.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import { texts } from '../../base/texts/texts.ts';
import { areAllDecimal } from '../../subjects/tokens/passcode-keys.ts';
import { makePinProof } from '../../subjects/users/credentials/pin-proofs.ts';
import { fewestPinDigits, hasPinAsked, isPinDue, pinProblem } from '../../subjects/users/pin.ts';
import { findUser, type User } from '../../subjects/users/users.ts';
import { changePin, type Decide } from '../../subjects/validation/change-pin.ts';
import { newPinFields } from '../login/pin-page.ts';
import { decideTyped, serviceApplicationNow } from '../login/service-application.ts';
import type { FormField } from '../web/fields.ts';
import { actionLink, section } from '../web/parts.ts';
import { statusOf } from '../web/problems.ts';
import { attemptField, logInFields, presentPinField, proofFields } from './fields.ts';
import { type Message, SELF_SERVICE, type SelfServicePage, selfServiceForm } from './layout.ts';
import { type SelfServiceContext, typedIn } from './request-context.ts';
import type { SelfServiceResponse, SelfServiceRouter } from './router.ts';

/**
 * Serves the page on which users choose and change the PIN that the service asks for. Operators have no such page.
 */
export function servePin(router: SelfServiceRouter): void {
  router.page('/pin', async visit => pinPage(visit, await ownerOf(visit), ''));
  router.act('/pin', changeOwnPin);
}

async function changeOwnPin(visit: SelfServiceContext): Promise<SelfServiceResponse> {
  const { context, management, request, session, value } = visit;
  const user = await ownerOf(visit);
  const proof = value('proof');
  const refuse = (text: string, left: string): Promise<SelfServicePage> =>
    pinPage(visit, user, left, { tone: 'bad', text });
  const newPin = value('newPin');
  // Checked first, so that a typing mistake uses up no passcode.
  if (newPin !== value('again')) return refuse(texts.pinForm.different, proof);
  const problem = pinProblem(newPin, await fewestPinDigits(management.db, user.id));
  if (problem !== undefined) return refuse(problem.text, proof);
  const application = await serviceApplicationNow(context);
  const decide: Decide = async ({ idempotencyKey, changesPin }) =>
    application &&
    (await decideTyped(context, application, {
      ...typedIn(request),
      user: session.user,
      idempotencyKey,
      changesPin,
    }));
  const changed = await changePin(management, decide, {
    shown: { ...typedIn(request), user: session.user, applicationId: context.ownApplication.id },
    proof: proof || undefined,
    newPin,
  });
  if (!changed.ok)
    return refuse(
      changed.proof === undefined ? selfServiceTexts.pin.refused : changed.refusal.text,
      changed.proof ?? '',
    );
  context.changes.announce();
  return { to: `${SELF_SERVICE}?done=pin-set` };
}

async function ownerOf({ management, session }: SelfServiceContext): Promise<User> {
  const user = await findUser(management.db, session.user);
  if (user === undefined) throw new Error('a session of nobody');
  return user;
}

/** @param proof if no passcode is needed any more; else empty */
async function pinPage(
  visit: SelfServiceContext,
  user: User,
  proof: string,
  message?: Message,
): Promise<SelfServicePage> {
  const { pin: text } = selfServiceTexts;
  const isFirst = isPinDue(user);
  const fewest = await fewestPinDigits(visit.management.db, user.id);
  const { factors = 'otp' } = (await serviceApplicationNow(visit.context)) ?? {};
  const shown: FormField[] =
    proof === ''
      ? proofFields(
          factors,
          await areAllDecimal(visit.management.db),
          isFirst ? undefined : presentPinField(),
        )
      : [{ name: 'proof', label: '', kind: 'hidden', value: proof }];
  return {
    title: isFirst ? text.choose : text.change,
    message,
    ...(message === undefined ? {} : { status: statusOf('pin_unfit') }),
    main: html`<p class="lead">${proof === '' ? text.lead : text.provedLead}</p>
${selfServiceForm(visit, { path: '/pin', fields: [attemptField(), ...shown, ...newPinFields(fewest)], submit: texts.pinForm.submit, back: SELF_SERVICE })}`,
  };
}

/**
 * Returns the form for the first PIN after an enrolment, whose passcode has just proved that its user is there.
 * Undefined if the user needs no PIN or has one.
 */
export async function firstPinPage(visit: SelfServiceContext): Promise<SelfServicePage | undefined> {
  const { context, management } = visit;
  const user = await ownerOf(visit);
  if (!isPinDue(user) || !(await hasPinAsked(management.db, user.id))) return undefined;
  const applicationId = context.ownApplication.id;
  return pinPage(visit, user, await makePinProof(management, { user, applicationId }, management.clock()));
}

/** Returns the fields of a log-in by the user who is signed in. */
export async function userLogInFields(visit: SelfServiceContext, factors: Factors): Promise<FormField[]> {
  const { db } = visit.management;
  const { id } = await ownerOf(visit);
  return logInFields(factors, await areAllDecimal(db), await hasPinAsked(db, id));
}

/** Returns the part of the home page about the PIN, for users whom the service asks for one. */
export async function pinPart(visit: SelfServiceContext): Promise<Markup> {
  const { pin: text } = selfServiceTexts;
  const user = await ownerOf(visit);
  const isFirst = isPinDue(user);
  if (isFirst && !(await hasPinAsked(visit.management.db, user.id))) return nothing;
  const link = html`<div class="actions">${actionLink(`${SELF_SERVICE}/pin`, isFirst ? text.choose : text.change)}</div>`;
  return section('pin-part', text.heading, html`<p class="lead">${isFirst ? text.due : text.set}</p>${link}`);
}
