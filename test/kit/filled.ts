/** The text of a template with its values in place, for a tag of tests. */
export const filled = (text: TemplateStringsArray, values: readonly unknown[]): string =>
  String.raw({ raw: text }, ...values).trim();
