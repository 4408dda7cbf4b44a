/** The page's style sheet and icon. The colours are those of the service's pages, so that the frames match. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f4f6f8, #0f141a);
  --card: light-dark(#ffffff, #181f27);
  --ink: light-dark(#16202b, #e8edf2);
  --soft: light-dark(#536171, #a3b0bd);
  --line: light-dark(#d8dfe6, #2d3843);
  --accent: light-dark(#0b5fd0, #6cabff);
  --accent-ink: light-dark(#ffffff, #06172c);
  --good: light-dark(#0a6b3b, #7fdca6);
  --good-wash: light-dark(#dff3e7, #12331f);
  --warn: light-dark(#7a4b00, #f5c667);
  --warn-wash: light-dark(#fdeecb, #372706);
}
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; background: var(--page); color: var(--ink);
  display: flex; flex-direction: column; gap: .75rem; padding: .75rem clamp(.75rem, 1.5vw, 1.5rem);
}
h1, h3, p, ol { margin: 0; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
section:focus { outline: none; }
section:focus-visible .frame { outline: 3px solid var(--accent); outline-offset: 2px; }

.skips { position: absolute; top: .5rem; left: .5rem; z-index: 1; display: flex; gap: .5rem; }
.skips a { position: absolute; right: 100vw; white-space: nowrap; padding: .6rem 1rem; border-radius: .6rem; background: var(--accent); color: var(--accent-ink); font-weight: 650; text-decoration: none; }
.skips a:focus { position: static; }

.top { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; }
.top img { display: block; }
.top h1 { font-size: 1.35rem; line-height: 1.2; letter-spacing: -.01em; }
.lead { color: var(--soft); text-wrap: balance; }
.facts { color: var(--soft); font-size: .86rem; overflow-wrap: anywhere; }
.ended:empty { display: none; }
.ended { padding: .75rem 1rem; border-radius: .8rem; background: var(--warn-wash); color: var(--warn); font-weight: 600; }

main { flex: 1; display: flex; flex-direction: column; }
/* Rows: name, steps and frame of each pane. The frames end with the window, where it is tall enough for them. */
.panes {
  flex: 1; list-style: none; padding: 0; display: grid; gap: .75rem;
  grid-template-columns: minmax(18rem, 21rem) minmax(22rem, 28rem) minmax(24rem, 1fr);
  grid-template-rows: auto auto clamp(38rem, 100dvh - 15rem, 54rem) auto auto 16rem;
}
.pane { display: grid; grid-row: span 3; grid-template-rows: subgrid; min-width: 0; }
.pane.outbox { grid-column: 1 / -1; }
section {
  display: grid; grid-row: span 3; grid-template-rows: subgrid; row-gap: 0; min-width: 0; overflow: hidden;
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
  scroll-margin-top: .5rem;
}
.name { padding: .5rem 1rem .1rem; color: var(--soft); font-size: .75rem; font-weight: 650; letter-spacing: .06em; text-transform: uppercase; }
h3 { padding: 0 1rem .1rem; display: flex; align-items: center; gap: .5rem; font-size: 1rem; line-height: 1.5; }
.number {
  flex: none; width: 1.4rem; height: 1.4rem; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: var(--accent-ink); font-size: .85rem;
}
.done { flex: none; margin-left: auto; padding: 0 .6rem; border-radius: 1rem; background: var(--good-wash); color: var(--good); font-size: .82rem; font-weight: 650; }
.done::before { content: "✓ " / ""; }
[data-done] .number { background: var(--good); }
.text { padding: 0 1rem .45rem; font-size: .9rem; line-height: 1.4; color: var(--soft); text-wrap: pretty; }
.user { color: var(--ink); padding: .05rem .4rem; border-radius: .35rem; background: var(--page); border: 1px solid var(--line); font-family: ui-monospace, monospace; font-size: .92em; }
.frame { display: block; width: 100%; height: 100%; border: 0; border-top: 1px solid var(--line); background: var(--page); }
.mailbox { padding: 1rem; gap: .75rem; min-height: 0; }
.mailbox h1 { font-size: 1rem; }
.mails { list-style: none; padding: 0; display: grid; gap: .5rem; }
.mails details { background: var(--card); border: 1px solid var(--line); border-radius: .7rem; padding: .6rem .9rem; }
.mails summary { cursor: pointer; font-weight: 650; overflow-wrap: anywhere; }
.mails .facts { margin: .4rem 0; }
.mails pre { margin: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
.foot { color: var(--soft); font-size: .86rem; display: grid; gap: .25rem; }

@media (max-width: 74rem) {
  .panes { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); grid-template-rows: auto auto clamp(36rem, 100dvh - 15rem, 44rem) auto auto 38rem auto auto 16rem; }
  .pane.operator { grid-column: 1 / -1; }
}
@media (max-width: 46rem) {
  body { padding: .75rem; }
  html { scroll-padding-top: 18.5rem; }
  .panes { display: flex; flex-direction: column; }
  .pane, section { grid-row: auto; grid-template-rows: none; }
  /* The fob stays in view, without the words above it, until the console covers it. */
  .pane.fob { position: sticky; top: calc(-1 * var(--words, 9rem)); z-index: 1; }
  .pane.operator, .pane.outbox { position: relative; z-index: 2; box-shadow: 0 0 0 .75rem var(--page); }
  .frame { height: 46rem; }
  .frame.fob { height: 18rem; }
  .frame.operator { height: 44rem; }
  .frame.outbox { height: 20rem; }
}
@media (prefers-reduced-motion: no-preference) {
  .number { transition: background-color .3s; }
}
@media (forced-colors: active) {
  .number, .done { border: 1px solid CanvasText; }
}
`;

export const pageIcon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="3" y="8" width="26" height="16" rx="8" fill="#0b5fd0"/><circle cx="9.5" cy="16" r="2.6" fill="#fff"/><rect x="14.5" y="12.5" width="10.5" height="7" rx="1.6" fill="#cfe3ff"/></svg>
`;
