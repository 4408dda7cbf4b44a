import { html, type Markup } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { type FormField, fieldMarkup } from '../../web/fields.ts';
import { HOME } from './paths.ts';

/** Returns the form over a list. Its choices are in the address, so that it can be bookmarked and shared. */
export function searchForm({ path, fields }: { path: string; fields: readonly FormField[] }): Markup {
  return html`<form class="search" role="search" method="get" action="${HOME}${path}">
${fields.map(field => fieldMarkup({ ...field, isSearch: true }))}
<button class="quiet" type="submit">${consoleTexts.search}</button>
</form>`;
}
