import { type SqlBool, sql } from 'kysely';
import type { Tone } from '../../base/html.ts';
import { userLimits } from '../../base/limits/users.ts';
import { oneOf, text } from '../../base/shapes.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { listTexts } from '../../base/texts/lists.ts';
import { equals, filter, period } from '../kit/filters.ts';
import { pagedList } from '../kit/list.ts';
import { ofUser } from '../users/filter.ts';
import {
  type ActivationStatus,
  type ActivationView,
  activationShape,
  activationStandings,
  type JoinedRow,
  viewsOf,
} from './views.ts';

const words = consoleTexts.activations;

const tones: Readonly<Record<ActivationStatus, Tone>> = {
  open: 'warn',
  expired: 'bad',
  used: 'good',
  revoked: 'plain',
};

const isOpen = ({ state }: ActivationView) => state === 'open' || state === 'expired';

/** All activations, for the help desk. */
export const activations = pagedList<ActivationView, JoinedRow>({
  name: 'activations.list',
  summary: 'List activations, latest first.',
  at: 'GET /v1/activations',
  permission: 'read',
  item: activationShape,
  as: 'activations',
  key: 'id',
  title: 'user',
  columns: {
    user: { label: consoleTexts.users.name, as: 'user' },
    state: { label: words.state, as: (state, { reason }) => [tones[state], standing(state, reason)] },
    serial: { label: words.what, words: whatFor },
    step: { label: words.step, words: progress },
    mail: { label: words.mail, words: mailed },
    expiresMs: { label: words.expires, as: 'time' },
    createdMs: { label: words.created, as: 'time' },
    actor: { label: words.by },
  },
  page: { at: '/activations', title: words.title, lead: words.lead, none: words.none },
  links: [
    {
      ...{ at: '/activation/resend', words: words.replace },
      ...{ permission: 'activation.resend', when: isOpen },
    },
    {
      ...{ at: '/activation/revoke', words: words.revoke },
      ...{ permission: 'activation.revoke', when: isOpen },
    },
  ],
  filters: {
    user: ofUser(consoleTexts.users.name),
    state: filter(
      oneOf(...activationStandings),
      {
        label: words.state,
        options: [['', listTexts.any], ...activationStandings.map(one => [one, words.states[one]] as const)],
      },
      (state, nowMs) => {
        if (state === 'used' || state === 'revoked') return sql<SqlBool>`state = ${state}`;
        const isOver = state === 'expired' ? sql`<=` : sql`>`;
        return sql<SqlBool>`state = 'open' and expires_ms ${isOver} ${nowMs}`;
      },
    ),
    actor: equals(text(userLimits.userNameMax, { minLength: 1 }), words.by, 'actor'),
    ...period('created_ms'),
  },
  rows: {
    table: 'activations',
    order: { created_ms: 'number', id: 'string' },
    selected: sql<JoinedRow>`activations.*, users.name as "user", tokens.serial as serial, fobs.serial as fob,
      policies.name as policy, replaced.serial as "replacesSerial"`,
    joined: sql`inner join users on users.id = activations.user_id
      left join tokens on tokens.id = activations.token_id left join fobs on fobs.id = activations.fob_id
      left join policies on policies.id = activations.policy_id
      left join tokens as replaced on replaced.id = activations.replaces_token_id`,
  },
  views: (rows, db, nowMs) => viewsOf(db, rows, nowMs),
});

function standing(state: ActivationStatus, reason: ActivationView['reason']): string {
  return reason === null ? words.states[state] : `${words.states[state]}: ${words.reasons[reason]}`;
}

function whatFor({ serial, fobs, policy }: ActivationView): string {
  const what = serial ?? (fobs === 'any' ? words.anyFob : words.anyOwned);
  return policy === null ? what : `${what}, ${policy}`;
}

function progress({ step, fob, attempts, refused }: ActivationView): string {
  const why = refused === null ? '' : `${words.refused} ${isoMinute(refused.atMs)}: ${refused.why}`;
  return [words.steps[step], fob ?? '', attempts === 0 ? '' : words.attempts(attempts), why]
    .filter(Boolean)
    .join(', ');
}

function mailed({ mail, remindedMs }: ActivationView): string {
  if (mail === null) return words.inPersonShort;
  const parts = [words.mailStates[mail.state], mail.error ?? '', remindedMs === null ? '' : words.reminded];
  return parts.filter(Boolean).join(', ');
}

const isoMinute = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
