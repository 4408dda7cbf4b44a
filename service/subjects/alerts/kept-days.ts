import { recordLimits } from '../../base/limits/records.ts';
import { done } from '../../base/results.ts';
import { count, described, named, nullable, object, time, whole } from '../../base/shapes.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { KEPT_DAYS, type KeptDays, readKeptDays, storedKeptDays } from '../../storage/kept-days.ts';
import { writeSetting } from '../../storage/settings.ts';
import { act, did, subject } from '../kit/act.ts';
import { field, optional } from '../kit/field.ts';
import { raiseAlert } from './alerts.ts';

const words = consoleTexts.settings;
const { most } = recordLimits.keptDays;

export const keptDaysShape = named(
  object({
    eventDays: count,
    mailDays: count,
    auditDays: count,
    auditNext: described(
      nullable(object({ days: count, fromMs: time })),
      'A shorter time for the audit, and from when on it counts; null if none waits.',
    ),
  }),
  'KeptDays',
);

type What = 'events' | 'mail' | 'audit';

function days<const C extends 'bad_event_days' | 'bad_mail_days' | 'bad_audit_days'>(what: What, refusal: C) {
  const { least } = recordLimits.keptDays[what];
  const range = words.keptHint(least, most);
  const hint = what === 'audit' ? `${range} ${words.auditHint}` : range;
  return optional(
    field(whole(least, most), { label: words[what], hint }, refusal, given =>
      Number.isInteger(given) && given >= least && given <= most ? given : undefined,
    ),
  );
}

/**
 * Omitted times stay. A shorter time for the audit waits, so that nobody who comes to an administrator's session removes
 * traces unseen; a longer one counts at once and takes a waiting one back.
 */
export const changeKeptDays = act({
  permission: 'settings.change',
  subject: subject({
    kind: 'settings',
    key: 'none',
    home: '/settings',
    missing: [],
    find: async db => done({ id: 'service', name: 'kept days', stored: await storedKeptDays(db) }),
  }),
  fields: {
    eventDays: days('events', 'bad_event_days'),
    mailDays: days('mail', 'bad_mail_days'),
    auditDays: days('audit', 'bad_audit_days'),
  },
  gives: keptDaysShape,
  refusals: {},
  routes: [
    {
      name: 'settings.change-kept',
      summary:
        'Change how many days log-ins, mail and audit are kept. Omitted ones stay. A shorter time for the audit counts after seven days.',
      at: 'PATCH /v1/settings/kept',
      example: { eventDays: 180, auditDays: 365 },
    },
  ],
  form: {
    at: '/settings/kept',
    title: words.changeKept,
    lead: words.keptLead,
    submit: consoleTexts.save,
    // Saved as it is shown, a time that waits goes on waiting.
    fills: ({ stored }) => ({ ...stored, auditDays: stored.auditNext?.days ?? stored.auditDays }),
    done: 'changed',
  },
  async run({ db, actor, atMs, item }, { auditDays, ...given }) {
    const before = await readKeptDays(db, atMs);
    const after: KeptDays = {
      eventDays: given.eventDays ?? before.eventDays,
      mailDays: given.mailDays ?? before.mailDays,
      ...(auditDays === undefined ? auditOf(before) : auditAfter(before, auditDays, atMs)),
    };
    await writeSetting(db, KEPT_DAYS, after, atMs);
    const { auditNext } = after;
    if (auditNext !== null && auditNext !== before.auditNext)
      await raiseAlert(db, {
        kind: 'audit_shortened',
        dedupe: `audit_shortened:${auditNext.fromMs}:${auditNext.days}`,
        userId: null,
        tokenId: null,
        atMs,
        source: actor.source,
      });
    return did(after, item, {
      ...{ eventDays: after.eventDays, eventDaysBefore: before.eventDays },
      ...{ mailDays: after.mailDays, mailDaysBefore: before.mailDays },
      ...{ auditDays: after.auditDays, auditDaysBefore: before.auditDays },
      ...(auditNext && { auditNextDays: auditNext.days, auditNextFromMs: auditNext.fromMs }),
    });
  },
});

type AuditDays = Pick<KeptDays, 'auditDays' | 'auditNext'>;

function auditOf({ auditDays, auditNext }: AuditDays): AuditDays {
  return { auditDays, auditNext };
}

function auditAfter({ auditDays, auditNext }: AuditDays, days: number, atMs: number): AuditDays {
  if (days >= auditDays) return { auditDays: days, auditNext: null };
  // One that waits already does not wait anew.
  if (days === auditNext?.days) return { auditDays, auditNext };
  return { auditDays, auditNext: { days, fromMs: atMs + recordLimits.auditShortenMs } };
}
