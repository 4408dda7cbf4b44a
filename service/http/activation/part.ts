import type { PortalPart } from 'passfob/activation/portal';
import { html, type Markup, nothing } from '../../base/html.ts';

/** Returns a part of the activation page with its heading, which takes the focus when the script shows the part. */
export function part(name: PortalPart, heading: string, body: Markup, isShown = false): Markup {
  return html`<section id="${name}" aria-labelledby="${name}-heading"${isShown ? nothing : html` hidden`}>
<h2 id="${name}-heading" tabindex="-1">${heading}</h2>
${body}
</section>`;
}
