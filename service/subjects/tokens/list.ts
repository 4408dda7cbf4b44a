import { sql } from 'kysely';
import type { Tone } from '../../base/html.ts';
import { administrationLimits } from '../../base/limits/administration.ts';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { oneOf, text, whole } from '../../base/shapes.ts';
import { searchTexts } from '../../base/texts/api.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { listTexts } from '../../base/texts/lists.ts';
import { texts } from '../../base/texts/texts.ts';
import { type TokenState, tokenStates } from '../../base/token-states.ts';
import { before, narrowed, narrowedBy } from '../kit/filters.ts';
import { searchedList } from '../kit/list.ts';
import { formatKind } from './kind-fields.ts';
import { searchedBy, searchTokens } from './search.ts';
import { type TokenView, tokenShape } from './views.ts';

const words = consoleTexts.tokens;
const { columns } = texts.operator;
const states = Object.keys(tokenStates) as TokenState[];

/** The looks of a token's state. */
export const stateTones: Readonly<Record<TokenState, Tone>> = {
  initialised: 'plain',
  inventory: 'plain',
  reserved: 'plain',
  assigned: 'warn',
  active: 'good',
  suspended: 'warn',
  revoked: 'bad',
};

/** All tokens, found by words in serial number, label and user. */
export const tokens = searchedList<TokenView>({
  name: 'tokens.list',
  summary: 'List tokens, or find them by words in the serial number, the label or the user.',
  at: 'GET /v1/tokens',
  permission: 'read',
  item: tokenShape,
  as: 'tokens',
  key: 'serial',
  title: 'serial',
  columns: {
    serial: { label: columns.serial, as: 'token' },
    state: { label: columns.state, as: state => [stateTones[state], texts.states[state]] },
    user: { label: columns.user, as: 'user' },
    kind: { label: columns.kind, words: formatKind },
    label: { label: words.label, words: ({ issuer, label }) => [issuer, label].filter(Boolean).join(': ') },
    lastUsedMs: { label: columns.lastUsed, as: 'time', none: texts.operator.never },
    driftSteps: {
      label: columns.drift,
      words: ({ kind, driftSteps }) => (kind === 'totp' ? texts.operator.steps(driftSteps) : ''),
    },
  },
  page: {
    at: '/tokens',
    title: words.title,
    lead: words.lead,
    none: texts.operator.noTokens,
    over: [
      { at: '/tokens/issue', words: words.issue, permission: 'token.issue' },
      { at: '/import', words: consoleTexts.imports.title, permission: 'token.import' },
      { at: '/bulk', words: consoleTexts.bulk.title, permission: 'job.run' },
    ],
  },
  filters: {
    text: {
      shape: text(administrationLimits.searchTextMax, { description: searchTexts.tokens }),
      control: { label: words.search },
    },
    by: { shape: oneOf(...searchedBy), control: { label: words.by, options: words.searchedBy } },
    state: narrowed(
      oneOf(...states),
      {
        label: columns.state,
        options: [['', listTexts.any], ...states.map(state => [state, texts.states[state]] as const)],
      },
      state => sql`tokens.state = ${state}`,
      'carried',
    ),
    neverUsed: narrowedBy(
      words.neverUsed,
      () => sql`tokens.last_used_ms is null and tokens.state <> 'revoked'`,
    ),
    usedBeforeMs: before(words.usedBeforeMs, ms => sql`tokens.last_used_ms < ${ms}`),
    driftOver: narrowed(
      whole(0, tokenLimits.driftMaxSteps),
      { label: words.driftOver },
      steps => sql`abs(tokens.drift_steps) > ${steps}`,
    ),
  },
  find: (db, { filters: { text: words = '', by }, ...asked }) =>
    searchTokens(
      db,
      String(words),
      searchedBy.find(one => one === by),
      asked,
    ),
});
