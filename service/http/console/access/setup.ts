import { html, type Markup } from '../../../base/html.ts';
import { credentialLimits } from '../../../base/limits/credentials.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { done, refused } from '../../../base/results.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { activationsOf } from '../../../subjects/enrolment/views.ts';
import { addOperator, listOperators } from '../../../subjects/operators/acts.ts';
import { createUser } from '../../../subjects/users/acts.ts';
import { setPassword } from '../../../subjects/users/credentials/acts.ts';
import { passwordProblem } from '../../../subjects/users/credentials/passwords.ts';
import { isReservedName } from '../../../subjects/users/look-alikes.ts';
import { readSettings } from '../../../subjects/users/settings.ts';
import { userDetail } from '../../../subjects/users/user-views.ts';
import { prepareUserName } from '../../../subjects/users/users.ts';
import { actionLink, badge, moment } from '../../web/parts.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import type { ConsoleRouter } from '../kit/router.ts';

const text = consoleTexts.setup;

/** How far a service is set up: whether an administrator can sign in, and what is still missing. */
export interface SetUp {
  /** The administrators, with their credentials. */
  readonly admins: readonly {
    readonly user: string;
    readonly hasPassword: boolean;
    readonly hasFob: boolean;
    /** When the user's activation that waits for a fob expires, in milliseconds since 1970; null if there is none. */
    readonly activationEndMs: number | null;
  }[];
  readonly isComplete: boolean;
}

export async function readSetUp({ management, context }: ConsoleContext): Promise<SetUp> {
  const { db } = management;
  const now = { lock: (await readSettings(db)).lock, nowMs: context.clock() };
  const admins = [];
  for (const { user, role, disabledMs } of await listOperators(db)) {
    if (role !== 'admin' || disabledMs !== null) continue;
    const detail = await userDetail(db, user, now);
    if (detail === undefined) continue;
    const { hasPassword, usableTokens, id } = detail;
    const open = (await activationsOf(db, id, now.nowMs)).find(({ state }) => state === 'open');
    const activationEndMs = open?.expiresMs ?? null;
    admins.push({ user, hasPassword, hasFob: usableTokens > 0, activationEndMs });
  }
  return { admins, isComplete: admins.some(({ hasPassword, hasFob }) => hasPassword && hasFob) };
}

/** Serves the guide of the first run: an administrator's own user, their fob, and the first regular sign-in. */
export function serveSetUp(router: ConsoleRouter): void {
  router.page('/setup', 'operator.change', async visit => ({
    title: text.title,
    main: guide(await readSetUp(visit)),
  }));
  serveForm(router, adminForm);
}

function guide({ admins, isComplete }: SetUp): Markup {
  const admin = admins.find(one => one.hasFob) ?? admins[0];
  const steps: readonly [boolean, string, string, Markup][] = [
    [admin !== undefined, text.user.title, text.user.lead, actionLink(at('/setup/admin'), text.user.submit)],
    [admin?.hasFob === true, text.fob.title, text.fob.lead, fobLinks(admin)],
    [false, text.signIn.title, text.signIn.lead, isComplete ? html`<p>${text.signIn.leave}</p>` : html``],
  ];
  return html`<p class="lead">${text.lead}</p>
<ol class="steps">${steps.map(
    ([
      isDone,
      title,
      lead,
      links,
    ]) => html`<li><h2>${title} ${isDone ? badge('good', text.done) : badge('plain', text.open)}</h2>
<p>${lead}</p><div class="actions">${links}</div></li>`,
  )}</ol>`;
}

/** Returns the ways to a fob of one's own. Only a user who exists can activate one, and only one at a time. */
function fobLinks(admin: SetUp['admins'][number] | undefined): Markup {
  const others = html`${actionLink(at('/tokens/issue', { user: admin?.user }), text.fob.issue)}
${actionLink(at('/import'), text.fob.import)}
${actionLink(at('/tokens', { state: 'inventory' }), text.fob.assign)}`;
  if (admin === undefined) return others;
  const { user, hasFob, activationEndMs } = admin;
  if (activationEndMs === null || hasFob)
    return html`${actionLink(at('/user/activate', { user, fobs: 'any' }), text.fob.activate)}
${others}`;
  return html`<p>${text.fob.waiting} ${moment(activationEndMs)} UTC.</p>
${actionLink(at('/user', { user }), text.fob.see)}
${others}`;
}

const adminForm: FormPage<string> = {
  path: '/setup/admin',
  action: 'operator.change',
  async view() {
    return {
      title: text.user.title,
      lead: text.user.formLead,
      submit: text.user.submit,
      back: at('/setup'),
      fields: [
        {
          name: 'user',
          label: consoleTexts.users.name,
          max: userLimits.userNameMax,
          autocomplete: 'username',
          faults: ['bad_user', 'name_looks_alike', 'reserved_name', 'operator_present'],
        },
        {
          name: 'displayName',
          label: consoleTexts.users.displayName,
          optional: true,
          max: userLimits.displayNameMax,
          autocomplete: 'name',
          faults: ['bad_display_name'],
        },
        {
          name: 'password',
          label: consoleTexts.users.password,
          hint: consoleTexts.users.passwordHint,
          kind: 'password',
          max: credentialLimits.passwordFieldMax,
          autocomplete: 'new-password',
          faults: ['password_length', 'password_common', 'password_is_name'],
        },
      ],
    };
  },
  run: makeAdmin,
  done: () => ({ to: at('/setup', { done: 'admin' }) }),
};

/** Three actions, each with its own row in the audit. Refusals that the input causes are checked before the first. */
async function makeAdmin(visit: ConsoleContext) {
  const { management, actor } = visit;
  const typed = visit.value('user');
  const password = visit.value('password');
  const name = prepareUserName(typed);
  if (name === undefined) return refused('bad_user');
  if (isReservedName(name)) return refused('reserved_name');
  const problem = passwordProblem(password, { name, email: null });
  if (problem !== undefined) return refused(problem);
  if ((await listOperators(management.db)).some(({ user }) => user === name))
    return refused('operator_present');
  const created = await createUser(management, actor, { name, displayName: visit.value('displayName') });
  // An existing user becomes the administrator.
  if (!created.ok && created.refusal.code !== 'user_taken') return created;
  const operator = await addOperator(management, actor, { user: name, role: 'admin' });
  if (!operator.ok) return operator;
  const set = await setPassword(management, actor, { user: name, password });
  return set.ok ? done(name) : set;
}
