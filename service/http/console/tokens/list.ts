import { html, nothing } from '../../../base/html.ts';
import { administrationLimits } from '../../../base/limits/administration.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import { type TokenState, tokenStates } from '../../../base/token-states.ts';
import { isSearchedBy, searchTokens, type TokenQuery } from '../../../subjects/tokens/search.ts';
import { actionLink, actions } from '../../web/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, refusedPage } from '../kit/router.ts';
import { searchForm } from '../kit/search.ts';
import { pager } from '../kit/table.ts';
import { tokenTable } from '../overview/tables.ts';

const text = consoleTexts.tokens;

const stateOptions: readonly (readonly [string, string])[] = [
  ['', text.anyState],
  ...(Object.keys(tokenStates) as TokenState[]).map(state => [state, texts.states[state]] as const),
];

/**
 * Serves the list of tokens: search by parts of serial number and user and by the beginning of the label, by state,
 * in pages.
 */
export function serveTokenList(router: ConsoleRouter): void {
  router.page('/tokens', 'read', async visit => {
    const asked = queryOf(visit);
    const found = await searchTokens(visit.management.db, asked);
    if (!found.ok) return refusedPage(found.refusal.code, at('/tokens'));
    const { by = 'any', text: typed = '', state = '', after } = asked;
    const here = (more: Record<string, string>) => at('/tokens', { by, text: typed, state, ...more });
    const { tokens, next } = found.value;
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${actions([
  visit.may('token.issue') ? actionLink(at('/tokens/issue'), text.issue) : nothing,
  visit.may('token.import') ? actionLink(at('/import'), consoleTexts.imports.title) : nothing,
  visit.may('job.run') ? actionLink(at('/bulk'), consoleTexts.bulk.title) : nothing,
])}
${searchForm({
  path: '/tokens',
  fields: [
    {
      name: 'text',
      label: text.search,
      value: typed,
      optional: true,
      max: administrationLimits.searchTextMax,
    },
    { name: 'by', label: text.by, kind: 'select', options: text.searchedBy, value: by },
    {
      name: 'state',
      label: texts.operator.columns.state,
      kind: 'select',
      options: stateOptions,
      value: state,
    },
  ],
})}
${tokenTable(tokens)}
${pager(next === null ? undefined : here({ after: next }), after === undefined ? undefined : here({}))}`,
    };
  });
}

function queryOf({ value }: ConsoleContext): TokenQuery {
  const by = value('by');
  const state = value('state');
  const after = value('after');
  return {
    text: value('text').trim(),
    ...(isSearchedBy(by) && { by }),
    ...(Object.hasOwn(tokenStates, state) && { state: state as TokenState }),
    ...(after !== '' && { after }),
  };
}
