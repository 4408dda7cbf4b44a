/** The console's additions to the service's own style sheet. */
export const consoleStyleSheet = `
.console { display: grid; grid-template-columns: minmax(0, 1fr); align-content: start; }
.skip { position: absolute; left: -100vw; z-index: 1; padding: 0.6rem 1rem; background: var(--accent); color: var(--accent-ink); font-weight: 650; }
.skip:focus { left: 0.5rem; top: 0.5rem; }
.top { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1rem; padding: 0.75rem 1.25rem; background: var(--card); border-bottom: 1px solid var(--line); }
.who { display: flex; flex-wrap: wrap; align-items: center; gap: 0.35rem 0.8rem; font-size: 0.92rem; }
.who strong { overflow-wrap: anywhere; }
.menu ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.15rem; }
.menu a { display: block; padding: 0.45rem 0.7rem; border-radius: 0.5rem; color: var(--ink); text-decoration: none; font-size: 0.94rem; }
.menu a:hover { background: var(--plain-wash); text-decoration: underline; }
.menu a[aria-current] { background: var(--plain-wash); font-weight: 650; box-shadow: inset 0 -0.18rem 0 var(--accent); }
nav.menu { padding: 0.4rem 0.9rem; background: var(--card); border-bottom: 1px solid var(--line); }
details.menu { display: none; background: var(--card); border-bottom: 1px solid var(--line); }
details.menu summary { padding: 0.7rem 1rem; font-weight: 650; cursor: pointer; }
details.menu ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); padding: 0 0.6rem 0.7rem; }
.console main { width: 100%; max-width: 74rem; margin: 0 auto; padding: 1.25rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25rem; align-content: start; outline: none; }
.title { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0.25rem 1rem; }
.console h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.01em; overflow-wrap: anywhere; }
.console main > h2, .steps h2 { font-size: 1.05rem; }
.console .lead { margin: 0; max-width: 44rem; }
.console .lead + .form { margin-top: 0.75rem; }
.console .message { margin: 0; max-width: 44rem; }
.message.good { background: var(--good-wash); color: var(--good); border-color: currentcolor; }
.message.good::before { content: "✓ " / ""; }
.message.good strong { display: inline; }
.message.note { background: var(--warn-wash); display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; }
.console form { margin: 0; }
.form { max-width: 34rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.9rem; padding: 1.25rem; }
.field { align-content: start; }
.field .hint { margin: 0; }
.fault { color: var(--bad); font-weight: 600; }
.fault::before { content: "✗ " / ""; }
select, textarea { font: inherit; color: inherit; background: var(--field); width: 100%; padding: 0.65rem 0.8rem; border: 1px solid #7d8a98; border-radius: 0.6rem; }
textarea { font-family: ui-monospace, monospace; font-size: 0.92rem; }
select[aria-invalid="true"], textarea[aria-invalid="true"] { border-color: var(--bad); }
input[type="checkbox"] { width: 1.2rem; height: 1.2rem; vertical-align: -0.2rem; accent-color: var(--accent); }
.buttons, .actions { display: flex; flex-wrap: wrap; align-items: center; gap: 0.6rem; }
.actions { margin-top: 0.75rem; }
.console main > .actions { margin-top: 0; }
.button { display: inline-block; text-decoration: none; border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.45rem 0.9rem; font-size: 0.92rem; font-weight: 600; color: var(--ink); background: var(--card); }
.button:hover { background: var(--plain-wash); }
.inline { display: block; }
td[role="cell"] { overflow-wrap: break-word; }
td[role="cell"].word { white-space: nowrap; }
td[role="cell"].long { overflow-wrap: anywhere; }
.console td a { display: inline-block; padding-block: 0.1rem; }
.console td a:has(+ a) { margin-right: 0.6rem; }
.console button.quiet { background: var(--card); border-color: var(--line); border-radius: 0.6rem; padding: 0.45rem 0.9rem; font-size: 0.92rem; }
.console button.quiet:hover { background: var(--plain-wash); filter: none; }
button.final { background: var(--bad); color: var(--card); }
.buttons a.quiet { padding: 0.6rem; }
.search { display: flex; flex-wrap: wrap; align-items: end; gap: 0.75rem; }
.search .field { flex: 1 1 10rem; max-width: 18rem; }
.search .field:first-of-type:has(input) { flex-basis: 20rem; max-width: 22rem; }
.search input, .search select { padding: 0.45rem 0.7rem; height: 2.6rem; }
.search button { height: 2.6rem; }
.chips { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.4rem; }
.chips a { display: inline-flex; align-items: center; gap: 0.35rem; min-height: 1.75rem; padding: 0.1rem 0.7rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; color: var(--soft); text-decoration: none; font-size: 0.9rem; }
.chips a:hover { border-color: var(--accent); text-decoration: underline; }
.chips [aria-current] { border: 2px solid var(--accent); color: var(--ink); font-weight: 600; }
.pager { display: flex; flex-wrap: wrap; gap: 0.6rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: 0.9rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.8rem; padding: 1rem 1.1rem; }
.facts dt { color: var(--soft); font-size: 0.84rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.facts .badge, .facts time { white-space: normal; }
.numbers { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); gap: 0.6rem; }
.numbers a { display: block; height: 100%; padding: 0.7rem 0.9rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.8rem; color: var(--soft); text-decoration: none; font-size: 0.9rem; }
.numbers a:hover { border-color: var(--accent); text-decoration: underline; }
.numbers strong { display: block; font-size: 1.5rem; line-height: 1.2; color: var(--ink); font-variant-numeric: tabular-nums; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 0.9rem; align-items: start; }
.plot { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 0.8rem; padding: 0.9rem 1rem; }
.plot figcaption { font-weight: 600; font-size: 0.92rem; }
.plot svg { display: block; width: 100%; height: auto; margin-top: 0.5rem; }
.plot text { fill: var(--soft); font-size: 11px; }
.plot .empty { margin-top: 0.6rem; }
.axis { stroke: var(--soft); stroke-width: 1; }
.bar-0 { fill: var(--accent); }
.bar-1 { stroke: var(--bad); stroke-width: 1; }
.hatch-ground { fill: var(--card); }
.hatch-line { fill: var(--bad); }
.legend { list-style: none; padding: 0; display: flex; gap: 1rem; font-size: 0.86rem; color: var(--soft); }
.legend li::before { content: ""; display: inline-block; width: 0.8rem; height: 0.8rem; margin-right: 0.4rem; vertical-align: -0.05rem; background: var(--accent); }
.legend .part-1::before { background: repeating-linear-gradient(45deg, var(--bad) 0 2px, var(--card) 2px 5px); outline: 1px solid var(--bad); }
.plot details { margin-top: 0.5rem; font-size: 0.88rem; }
.plot summary { cursor: pointer; color: var(--accent); }
table.small { display: table; font-size: 0.86rem; }
table.small tbody { display: table-row-group; }
table.small tbody tr { display: table-row; }
table.small thead { position: static; clip-path: none; width: auto; height: auto; }
table.small td, table.small th { display: table-cell; padding: 0.2rem 0.6rem; border-bottom: 1px solid var(--line); }
.alert .inline { margin-top: 0.7rem; }
.alert.closed { background: var(--card); border-color: var(--line); border-left-color: var(--soft); }
.alert.closed .alert-head { color: var(--ink); }
.steps { margin: 0; padding: 0; list-style: none; counter-reset: step; display: grid; gap: 0.9rem; }
.steps li { counter-increment: step; background: var(--card); border: 1px solid var(--line); border-radius: 0.9rem; padding: 1.1rem 1.25rem; }
.steps h2::before { content: counter(step) ". "; }
.once { max-width: 44rem; background: var(--card); border: 2px solid var(--accent); border-radius: 0.9rem; padding: 1.1rem 1.25rem; }
.facts .number { font-size: 2rem; letter-spacing: 0.1em; }
.once .secret { margin: 0.6rem 0; font-size: 1.15rem; overflow-wrap: anywhere; user-select: all; }
.qr svg { display: block; width: min(100%, 18rem); height: auto; border-radius: 0.6rem; }
.mail { max-width: 56rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.9rem; padding: 1.1rem 1.25rem; }
.mail pre { margin: 0; font-family: ui-monospace, monospace; font-size: 0.92rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.progress { display: grid; gap: 0.4rem; }
.progress progress { width: 100%; height: 1rem; accent-color: var(--accent); }
.console .next { margin-top: 0.6rem; }
@media (max-width: 44rem) {
  nav.menu { display: none; }
  details.menu { display: block; }
  .top { padding: 0.6rem 1rem; }
  .console main { padding: 1rem; }
  .form { padding: 1rem; }
  table caption { display: block; }
  td .badge, td .badge time { white-space: normal; }
}
@media (forced-colors: active) {
  .bar-0 { fill: CanvasText; }
  .button, .facts, .form, .plot { border: 1px solid CanvasText; }
}
`;
