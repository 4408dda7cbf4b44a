import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { readKeptDays } from '../../../storage/kept-days.ts';
import { changeKeptDays } from '../../../subjects/alerts/kept-days.ts';
import { changeSettings, readSettings, type Settings } from '../../../subjects/users/settings.ts';
import { actionLink, actions, facts, moment, section } from '../../web/parts.ts';
import { fieldOf } from '../kit/acts.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import type { ConsoleRouter } from '../kit/router.ts';

const text = consoleTexts.settings;

/** Milliseconds of the units in which a lock's period is typed. */
const UNITS = { seconds: 1_000, minutes: 60_000, hours: 3_600_000 } as const;

/** Serves settings of the whole service. */
export function serveSettings(router: ConsoleRouter): void {
  router.page('/settings', 'read', async visit => {
    const settings = await readSettings(visit.management.db);
    const { threshold, periodMs } = settings.lock;
    const [amount, unit] = amountOf(periodMs);
    return {
      title: text.title,
      main: html`${facts([
        [text.serviceName, settings.serviceName],
        [text.publicAddress, settings.publicAddress ?? text.notSet],
        [text.threshold, threshold === 0 ? text.never : text.failures(threshold)],
        [text.lockTime, `${amount} ${text.units[unit]}`],
      ])}
${actions([visit.may(changeSettings.row.permission) ? actionLink(at('/settings/change'), consoleTexts.change) : nothing])}
${section('kept', text.kept, await keptFacts(visit))}`,
    };
  });
  serveForm(router, changeForm);
}

async function keptFacts(visit: ConsoleContext): Promise<Markup> {
  const { db, clock } = visit.management;
  const { eventDays, mailDays, auditDays, auditNext } = await readKeptDays(db, clock());
  const audit = text.days(auditDays);
  const change = actionLink(at('/settings/kept'), text.changeKept);
  return html`<p class="lead">${text.keptLead}</p>
${facts([
  [text.events, text.days(eventDays)],
  [text.mail, text.days(mailDays)],
  [
    text.audit,
    auditNext === null
      ? audit
      : html`${audit}; ${text.later(auditNext.days)} ${moment(auditNext.fromMs)} UTC`,
  ],
])}
${actions([visit.may(changeKeptDays.row.permission) ? change : nothing])}`;
}

/** Returns a time in the largest unit that divides it. */
function amountOf(ms: number): [number, keyof typeof UNITS] {
  const fitting = (['hours', 'minutes'] as const).find(unit => ms % UNITS[unit] === 0) ?? 'seconds';
  return [ms / UNITS[fitting], fitting];
}

const changeForm: FormPage<Settings> = {
  path: '/settings/change',
  action: changeSettings.row.permission,
  async view({ management }) {
    const { lock, ...settings } = await readSettings(management.db);
    const { threshold, periodMs } = lock;
    const [amount, unit] = amountOf(periodMs);
    const { row } = changeSettings;
    const shown = (name: 'lock' | keyof typeof settings) =>
      fieldOf(row, name, management.db, { value: name === 'lock' ? undefined : settings[name] });
    return {
      title: text.change,
      submit: consoleTexts.save,
      back: at('/settings'),
      fields: [
        { ...(await shown('serviceName')), optional: false },
        await shown('publicAddress'),
        {
          ...(await shown('lock')),
          name: 'threshold',
          value: String(threshold),
          isNumber: true,
          optional: false,
        },
        { name: 'amount', label: text.lockTime, value: String(amount), isNumber: true },
        {
          name: 'unit',
          label: text.lockUnit,
          kind: 'select',
          value: unit,
          options: [
            ['seconds', text.units.seconds],
            ['minutes', text.units.minutes],
            ['hours', text.units.hours],
          ],
        },
      ],
    };
  },
  run({ management, actor, value }) {
    const unit = value('unit');
    const unitMs = Object.hasOwn(UNITS, unit) ? UNITS[unit as keyof typeof UNITS] : Number.NaN;
    const address = value('publicAddress').trim();
    return changeSettings(management, actor, {
      serviceName: value('serviceName'),
      publicAddress: address === '' ? null : address,
      // An empty field is not zero, which would switch the lock off.
      lock: {
        threshold: Number(value('threshold').trim() || Number.NaN),
        periodMs: Number(value('amount')) * unitMs,
      },
    });
  },
  done: () => ({ to: at('/settings', { done: 'changed' }) }),
};
