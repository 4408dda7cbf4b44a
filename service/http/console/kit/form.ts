import { html, type Markup, nothing } from '../../../base/html.ts';
import type { Action } from '../../../base/permissions.ts';
import type { Result } from '../../../base/results.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { type FormField, fieldMarkup, hidden } from '../../web/fields.ts';
import type { ConsolePage } from './layout.ts';
import { HOME } from './paths.ts';
import type { ConsoleContext } from './request-context.ts';
import type { ConsoleResponse, ConsoleRouter } from './router.ts';

/** The contents of a form's page. */
export interface FormView {
  readonly title: string;
  readonly lead?: string | Markup;
  readonly fields: readonly FormField[];
  readonly submit: string;
  /** The target of the cancel link. */
  readonly back: string;
  /** Whether the action cannot be undone: the button's looks say so, too. */
  readonly isFinal?: boolean;
  readonly hasFile?: boolean;
}

/** A page with one form: GET shows it, POST runs its action. After a refusal the page returns with the reason. */
export interface FormPage<T> {
  readonly path: string;
  readonly action: Action;
  /** Most bytes of the form, if more than usual. */
  readonly bodyLimit?: number;
  /** Returns the form, or the page to show if its subject does not exist. */
  view(visit: ConsoleContext): Promise<FormView | { readonly instead: ConsolePage }>;
  run(visit: ConsoleContext): Promise<Result<T>>;
  /** Returns links to what can be done about a refusal; undefined where there are none. */
  remedy?(visit: ConsoleContext, refusal: Refusal): Promise<Markup | undefined>;
  done(visit: ConsoleContext, value: T): ConsoleResponse | Promise<ConsoleResponse>;
}

/** Why a form was refused. */
export interface Refusal {
  readonly code: string;
  readonly text: string;
}

/** A refusal as its page shows it. */
interface ShownRefusal extends Refusal {
  /** Links to what can be done about it. */
  readonly remedy?: Markup | undefined;
}

export function serveForm<T>(router: ConsoleRouter, form: FormPage<T>): void {
  const page = async (visit: ConsoleContext, refusal?: Refusal): Promise<ConsolePage> => {
    const view = await form.view(visit);
    if ('instead' in view) return view.instead;
    const remedy = refusal && (await form.remedy?.(visit, refusal));
    return formPage(visit, { ...view, path: form.path }, refusal && { ...refusal, remedy });
  };
  router.page(form.path, form.action, visit => page(visit));
  router.act(
    form.path,
    form.action,
    async visit => {
      const result = await form.run(visit);
      if (!result.ok) return page(visit, result.refusal);
      visit.context.changes.announce();
      // The action may have stored a mail.
      visit.context.wakeJobs();
      return form.done(visit, result.value);
    },
    form.bodyLimit === undefined ? {} : { bodyLimit: form.bodyLimit },
  );
}

function formPage(
  visit: ConsoleContext,
  view: FormView & { path: string },
  refusal?: ShownRefusal,
): ConsolePage {
  return {
    title: refusal === undefined ? view.title : `${consoleTexts.problem}: ${view.title}`,
    heading: view.title,
    ...(refusal === undefined ? {} : { status: 422 }),
    main: html`${view.lead === undefined ? nothing : html`<p class="lead">${view.lead}</p>`}
${formMarkup(visit, view, refusal)}`,
  };
}

/**
 * Returns a form with the typed values, and after a refusal with the reason at its top and at the field concerned.
 */
export function formMarkup(
  visit: ConsoleContext,
  view: Pick<FormView, 'fields' | 'submit' | 'isFinal' | 'hasFile'> & { path: string; back?: string },
  refusal?: ShownRefusal,
): Markup {
  const about = view.fields.find(({ faults }) => refusal !== undefined && faults?.includes(refusal.code));
  const enctype = view.hasFile ? html` enctype="multipart/form-data"` : nothing;
  const fields = view.fields.map(field =>
    fieldMarkup(
      refusal === undefined ? field : typedAgain(visit, field),
      field === about ? refusal?.text : undefined,
    ),
  );
  return html`${refusal === undefined ? nothing : summary(refusal, about)}
<form class="form" method="post" action="${HOME}${view.path}"${enctype}>
${hidden('csrf', visit.session.csrf)}
${fields}
<div class="buttons"><button type="submit"${view.isFinal ? html` class="final"` : nothing}>${view.submit}</button>
${view.back === undefined ? nothing : html`<a class="quiet" href="${view.back}">${consoleTexts.cancel}</a>`}</div>
</form>`;
}

function typedAgain(visit: ConsoleContext, field: FormField): FormField {
  if (field.kind === 'password' || field.kind === 'file' || field.kind === 'hidden') return field;
  return { ...field, value: visit.value(field.name) };
}

/** It takes the focus, so that screen readers read it first. */
function summary(refusal: ShownRefusal, about: FormField | undefined): Markup {
  const text =
    about === undefined ? html`${refusal.text}` : html`<a href="#${about.name}">${refusal.text}</a>`;
  return html`<div class="message bad" role="alert" tabindex="-1" autofocus><strong>${consoleTexts.refused.lead}</strong> ${text}${refusal.remedy === undefined ? nothing : html` ${refusal.remedy}`}</div>`;
}
