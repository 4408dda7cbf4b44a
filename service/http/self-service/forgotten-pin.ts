import { html } from '../../base/html.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import { resetFobPin } from '../../subjects/care/task-acts.ts';
import { acceptanceOf } from '../../subjects/validation/acceptance.ts';
import { decideTyped, serviceApplicationNow } from '../login/service-application.ts';
import { attemptField } from './fields.ts';
import { canResetPin, type FobOfUser, fobOfUser, isInUse } from './fob-of.ts';
import { missing, SELF_SERVICE, type SelfServicePage, selfServiceForm } from './layout.ts';
import { userLogInFields } from './pin.ts';
import { type SelfServiceContext, typedIn } from './request-context.ts';
import type { SelfServiceRouter } from './router.ts';

/** Serves the page on which users have the forgotten PIN of a fob reset. */
export function serveForgottenPin(router: SelfServiceRouter): void {
  router.page('/forgotten-pin', async visit => {
    const fob = await resettableFob(visit);
    return fob === undefined ? missing() : proofPage(visit, fob);
  });
  router.act('/forgotten-pin', async visit => {
    const fob = await resettableFob(visit);
    if (fob === undefined) return missing();
    const problem = await proofProblem(visit, fob);
    if (problem !== undefined) return proofPage(visit, fob, problem);
    const result = await resetFobPin(visit.management, visit.actor, fob);
    if (!result.ok) return proofPage(visit, fob, result.refusal.text);
    visit.context.changes.announce();
    return { to: `${SELF_SERVICE}/connect?done=pin` };
  });
}

async function resettableFob(visit: SelfServiceContext): Promise<FobOfUser | undefined> {
  const fob = await fobOfUser(visit, visit.value('fob'));
  return fob !== undefined && isInUse(fob) && canResetPin(fob) ? fob : undefined;
}

/**
 * Decides the typed proof like a log-in. It counts if it is a passcode of a token outside this fob, or a temporary code
 * together with the user's password.
 *
 * @returns why it does not count
 */
async function proofProblem(visit: SelfServiceContext, { serial }: FobOfUser): Promise<string | undefined> {
  const { forgottenPin: text } = selfServiceTexts;
  const { context, request, session } = visit;
  const application = await serviceApplicationNow(context);
  const outcome =
    application && (await decideTyped(context, application, { ...typedIn(request), user: session.user }));
  context.changes.announce();
  if (outcome !== 'accepted') return text.refused;
  const { userId } = session;
  const accepted = await acceptanceOf(context.db, { userId, requestId: request.id });
  // A repeat of an earlier request: its proof was counted there.
  if (accepted === undefined) return text.refused;
  if (accepted.token === null) return application?.factors === 'password_otp' ? undefined : text.codeAlone;
  return accepted.token.fob === serial ? text.ownPasscode : undefined;
}

async function proofPage(
  visit: SelfServiceContext,
  { serial, name }: FobOfUser,
  problem?: string,
): Promise<SelfServicePage> {
  const { forgottenPin: text } = selfServiceTexts;
  const { factors = 'otp' } = (await serviceApplicationNow(visit.context)) ?? {};
  return {
    title: text.title,
    ...(problem !== undefined && { status: 422, message: { tone: 'bad', text: problem } }),
    main: html`<p class="lead">${text.lead(name)}</p>
<p>${text.proof} ${factors === 'password_otp' ? text.temporary : text.noTemporary}</p>
${selfServiceForm(visit, {
  path: '/forgotten-pin',
  fields: [
    { name: 'fob', label: '', kind: 'hidden', value: serial },
    attemptField(),
    ...(await userLogInFields(visit, factors)),
  ],
  submit: text.submit,
  back: SELF_SERVICE,
})}`,
  };
}
