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
  display: flex; flex-direction: column; gap: 1rem; padding: 1rem clamp(.75rem, 2vw, 1.75rem);
}
h1, h3, p, ol { margin: 0; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
section:focus { outline: none; }
section:focus-visible .frame { outline: 3px solid var(--accent); outline-offset: 2px; }

.skips { position: absolute; top: .5rem; left: .5rem; z-index: 1; display: flex; gap: .5rem; }
.skips a { position: absolute; right: 100vw; white-space: nowrap; padding: .6rem 1rem; border-radius: .6rem; background: var(--accent); color: var(--accent-ink); font-weight: 650; text-decoration: none; }
.skips a:focus { position: static; }

.top { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem 1rem; }
.top img { display: block; }
.top div { flex: 1 1 14rem; }
.top h1 { font-size: 1.45rem; line-height: 1.2; letter-spacing: -.01em; }
.lead { color: var(--soft); }
.facts { flex: 0 1 auto; color: var(--soft); font-size: .86rem; text-align: right; }
.facts span { display: block; overflow-wrap: anywhere; }
.ended:empty { display: none; }
.ended { padding: .75rem 1rem; border-radius: .8rem; background: var(--warn-wash); color: var(--warn); font-weight: 600; }

main { flex: 1; display: flex; flex-direction: column; }
.panes {
  flex: 1; list-style: none; padding: 0; display: grid; gap: 1rem;
  grid-template-columns: minmax(19rem, 24rem) minmax(20rem, 25rem) minmax(24rem, 1fr);
  grid-template-rows: auto auto minmax(52rem, 1fr) auto auto 16rem;
}
.pane { display: grid; grid-row: span 3; grid-template-rows: subgrid; min-width: 0; }
.pane.outbox { grid-column: 1 / -1; }
section {
  display: grid; grid-row: span 3; grid-template-rows: subgrid; row-gap: 0; min-width: 0; overflow: hidden;
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
  scroll-margin-top: .5rem;
}
.name { padding: .9rem 1.1rem 0; color: var(--soft); font-size: .8rem; font-weight: 650; letter-spacing: .06em; text-transform: uppercase; }
h3 { padding: .15rem 1.1rem .35rem; display: flex; align-items: center; gap: .6rem; font-size: 1.15rem; line-height: 1.3; }
.number {
  flex: none; width: 1.75rem; height: 1.75rem; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: var(--accent-ink); font-size: .95rem;
}
.done { flex: none; margin-left: auto; padding: .05rem .6rem; border-radius: 1rem; background: var(--good-wash); color: var(--good); font-size: .82rem; font-weight: 650; }
.done::before { content: "✓ " / ""; }
[data-done] .number { background: var(--good); }
.text { padding: 0 1.1rem .9rem; font-size: .95rem; color: var(--soft); text-wrap: pretty; }
.user { color: var(--ink); padding: .05rem .4rem; border-radius: .35rem; background: var(--page); border: 1px solid var(--line); font-family: ui-monospace, monospace; font-size: .92em; }
.frame { display: block; width: 100%; height: 100%; border: 0; border-top: 1px solid var(--line); background: var(--page); }
.mailbox { padding: 1rem; gap: .75rem; min-height: 0; }
.mailbox h1 { font-size: 1rem; }
.mails { list-style: none; padding: 0; display: grid; gap: .5rem; }
.mails details { background: var(--card); border: 1px solid var(--line); border-radius: .7rem; padding: .6rem .9rem; }
.mails summary { cursor: pointer; font-weight: 650; overflow-wrap: anywhere; }
.mails .facts { text-align: left; margin: .4rem 0; }
.mails pre { margin: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
.foot { color: var(--soft); font-size: .86rem; }

@media (max-width: 74rem) {
  .panes { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); grid-template-rows: auto auto 52rem auto auto 38rem auto auto 16rem; }
  .pane.operator { grid-column: 1 / -1; }
  .facts { text-align: left; flex-basis: 100%; }
}
@media (max-width: 46rem) {
  body { padding: .75rem; }
  h3 { font-size: 1.05rem; }
  .panes { grid-template-columns: minmax(0, 1fr); grid-template-rows: none; }
  .pane, section { grid-row: auto; grid-template-rows: none; }
  .frame { height: 58rem; }
  .frame.fob { height: 38rem; }
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
