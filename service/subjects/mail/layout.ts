import { html, Markup, nothing } from '../../base/html.ts';

/** A part of a mail, in both of its forms. Texts are plain: no markup is interpreted. */
export type Block =
  | { readonly kind: 'words' | 'strong' | 'heading' | 'small'; readonly words: string }
  | {
      readonly kind: 'step';
      readonly number: 1 | 2 | 3;
      readonly title: string;
      readonly words: string;
      /** Alternative text of the step's picture. */
      readonly picture: string;
      readonly link?: string;
    }
  | { readonly kind: 'code'; readonly lines: readonly string[] };

/** Returns the mail as plain text. */
export function textOf(blocks: readonly Block[]): string {
  return `${blocks.map(plainBlock).join('\n\n')}\n`;
}

function plainBlock(block: Block): string {
  if (block.kind === 'code') return block.lines.map(line => `    ${line}`).join('\n');
  if (block.kind !== 'step') return block.words;
  const link = block.link === undefined ? '' : `\n   ${block.link}`;
  return `${block.number}. ${block.title}\n   ${block.words}${link}`;
}

const FONT = 'font-family: Arial, Helvetica, sans-serif; color: #263240;';
const WORDS = `${FONT} font-size: 16px; line-height: 24px; margin: 0 0 16px;`;
const CODE =
  'font-family: Consolas, Menlo, monospace; color: #263240; background-color: #eef3f9; font-size: 16px; line-height: 26px; padding: 12px 16px; margin: 0 0 16px;';

/**
 * For mail programs with a dark mode. Those that drop style sheets show the light form, or change its colours
 * themselves.
 */
const DARK = `@media (prefers-color-scheme: dark) {
body { background-color: #161b22 !important; }
h1, h2, p { color: #e6ebf1 !important; }
p.code { background-color: #26303b !important; }
a { color: #7db4ff !important; }
}`;

/** Returns the mail as HTML for mail programs: tables and inline styles, nothing loaded from elsewhere. */
export function htmlOf(title: string, blocks: readonly Block[]): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${title}</title>
<style>${new Markup(DARK)}</style></head>
<body style="margin: 0; padding: 0; background-color: #ffffff;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" style="padding: 24px 16px;">
<table role="presentation" width="560" cellpadding="0" cellspacing="0" border="0" style="width: 100%; max-width: 560px; text-align: left;"><tr><td>
<h1 style="${FONT} font-size: 22px; line-height: 28px; margin: 0 0 16px;">${title}</h1>
${blocks.map(richBlock)}
</td></tr></table>
</td></tr></table>
</body>
</html>
`.text;
}

function richBlock(block: Block): Markup {
  switch (block.kind) {
    case 'words':
      return html`<p dir="auto" style="${WORDS}">${block.words}</p>\n`;
    case 'strong':
      return html`<p style="${WORDS} font-weight: bold;">${block.words}</p>\n`;
    case 'small':
      return html`<p dir="auto" style="${FONT} font-size: 13px; line-height: 20px; margin: 0;">${block.words}</p>\n`;
    case 'heading':
      return html`<h2 style="${FONT} font-size: 18px; line-height: 24px; margin: 24px 0 8px;">${block.words}</h2>\n`;
    case 'code':
      return html`<p class="code" style="${CODE}">${block.lines.map((line, at) => html`${at === 0 ? nothing : html`<br>`}${line}`)}</p>\n`;
    case 'step':
      return html`<h2 style="${FONT} font-size: 18px; line-height: 24px; margin: 24px 0 8px;">${block.number}. ${block.title}</h2>
<img src="cid:step-${block.number}@passfob.invalid" width="280" height="130" alt="${block.picture}" style="display: block; border: 0; margin: 0 0 8px;">
<p dir="auto" style="${WORDS}">${block.words}${block.link === undefined ? nothing : linkOf(block.link)}</p>\n`;
  }
}

function linkOf(link: string): Markup {
  return html`<br><a href="${link}" style="color: #0b5fd0; word-break: break-all;">${link}</a>`;
}
