/** The activation page's additions to the service's own style sheet. */
export const portalStyleSheet = `
.portal { display: grid; justify-content: center; align-content: start; grid-template-columns: minmax(0, 36rem); padding: 1.25rem; gap: 1rem; }
.portal main { outline: none; }
.portal section { margin-top: 1.5rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.9rem; }
.portal [hidden], .console [hidden] { display: none; }
.portal h2 { font-size: 1.15rem; line-height: 1.3; }
/* The script sends the focus to a heading for screen readers; no key reaches it. */
.portal h2:focus { outline: none; }
.portal .skip { position: absolute; left: -100vw; z-index: 1; padding: 0.6rem 1rem; background: var(--accent); color: var(--accent-ink); font-weight: 650; }
.portal .skip:focus { left: 0.5rem; top: 0.5rem; }
.portal form { margin-top: 0; }
.portal strong { overflow-wrap: anywhere; }
.portal code { overflow-wrap: anywhere; }
.ways { padding-left: 1.2rem; display: grid; gap: 0.7rem; }
.status { font-size: 1.15rem; font-weight: 650; margin-top: 1rem; }
.status:empty { display: none; }
.for { color: var(--soft); margin-top: 0.35rem; overflow-wrap: anywhere; }
.portal textarea { font: inherit; font-family: ui-monospace, monospace; color: inherit; background: var(--field); width: 100%; padding: 0.65rem 0.8rem; border: 1px solid #7d8a98; border-radius: 0.6rem; overflow-wrap: anywhere; }
.portal textarea[aria-invalid="true"] { border-color: var(--bad); }
.portal video { width: 100%; border-radius: 0.6rem; background: #000; }
.portal button.quiet { padding: 0.6rem 0.9rem; justify-self: start; }
.qr { background: #fff; width: min(100%, 22rem); }
.qr svg { display: block; width: 100%; height: auto; }
.string { font-size: 1.1rem; user-select: all; }
.progress { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.4rem; }
.progress li { padding: 0.5rem 0.8rem; border-left: 0.25rem solid var(--line); color: var(--soft); }
.progress li[data-state="now"] { border-color: var(--accent); color: var(--ink); font-weight: 650; }
.progress li[data-state="done"] { border-color: var(--good); color: var(--ink); }
.progress .mark { color: var(--soft); font-weight: 400; }
.progress li[data-state="done"] .mark::before { content: "✓ " / ""; color: var(--good); }
@media (prefers-reduced-motion: no-preference) {
  .progress li[data-state="now"] { animation: waiting 1.6s ease-in-out infinite alternate; }
  @keyframes waiting { to { border-color: var(--line); } }
}
@media (forced-colors: active) {
  .progress li[data-state="now"] { outline: 2px solid CanvasText; }
}
`;
