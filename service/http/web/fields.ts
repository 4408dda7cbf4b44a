import { html, type Markup, nothing } from '../../base/html.ts';
import { consoleTexts } from '../../base/texts/console.ts';

/** A field of a form. Its name is its id, too. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  /** `list`: several lines. Passwords and files are never sent back to the browser. Default text. */
  readonly kind?:
    | 'text'
    | 'email'
    | 'password'
    | 'select'
    | 'list'
    | 'file'
    | 'checkbox'
    | 'hidden'
    | 'day'
    | 'last day';
  readonly hint?: string;
  readonly value?: string;
  /** The options: value and text. */
  readonly options?: readonly (readonly [value: string, text: string])[];
  readonly optional?: boolean;
  readonly max?: number;
  readonly autocomplete?: string;
  readonly isNumber?: boolean;
  /** Part of a search: its label does not say that it may stay empty. */
  readonly isSearch?: boolean;
  /** The refusals that concern this field. */
  readonly faults?: readonly string[];
}

export function hidden(name: string, value: string): Markup {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

/** Returns a field with its label, its hint, and its fault. */
export function fieldMarkup(field: FormField, fault?: string): Markup {
  const { name, label, kind = 'text', hint } = field;
  if (kind === 'hidden') return hidden(name, field.value ?? '');
  const described = [hint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(' ');
  const attributes = html`id="${name}" name="${name}"${described === '' ? nothing : html` aria-describedby="${described}"`}${fault === undefined ? nothing : html` aria-invalid="true"`}`;
  const texts = html`${hint === undefined ? nothing : html`<p class="hint" id="${name}-hint">${hint}</p>`}
${fault === undefined ? nothing : html`<p class="fault" id="${name}-fault">${fault}</p>`}`;
  if (kind === 'checkbox') {
    const checked = field.value === 'yes' ? html` checked` : nothing;
    return html`<div class="field check"><div><input type="checkbox" value="yes" ${attributes}${checked}> <label for="${name}">${label}</label></div>${texts}</div>`;
  }
  const mark =
    field.optional && !field.isSearch ? html` <span class="muted">${consoleTexts.optional}</span>` : nothing;
  return html`<div class="field"><label for="${name}">${label}${mark}</label>${texts}${control(field, attributes)}</div>`;
}

function control(field: FormField, attributes: Markup): Markup {
  const { kind = 'text', value = '', optional = false } = field;
  const required = optional ? nothing : html` required`;
  const max = field.max === undefined ? nothing : html` maxlength="${field.max}"`;
  if (kind === 'select')
    return html`<select ${attributes}>${(field.options ?? []).map(option(value))}</select>`;
  if (kind === 'list')
    return html`<textarea rows="8" spellcheck="false" ${attributes}${required}${max}>
${value}</textarea>`;
  if (kind === 'day' || kind === 'last day')
    return html`<input type="date" ${attributes} value="${value}"${required}>`;
  if (kind === 'file') return html`<input type="file" ${attributes}${required}>`;
  const complete = html` autocomplete="${field.autocomplete ?? 'off'}"`;
  const number = field.isNumber ? html` inputmode="numeric"` : nothing;
  const shown = kind === 'password' ? nothing : html` value="${value}"`;
  return html`<input type="${kind}" ${attributes}${shown}${required}${max}${complete}${number} autocapitalize="none" autocorrect="off" spellcheck="false">`;
}

function option(chosen: string) {
  return ([value, text]: readonly [string, string]) =>
    html`<option value="${value}"${value === chosen ? html` selected` : nothing}>${text}</option>`;
}
